"""The release action: next version, manifests, changelog, commit, tag, GitHub Release."""
