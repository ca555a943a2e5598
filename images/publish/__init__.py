"""From images on this machine to tags in registries."""
