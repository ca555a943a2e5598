"""The build-images action: every image of the tagged commit, published all or none."""
