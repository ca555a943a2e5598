"""The whole pipeline on your own machine: a local GitHub, a local engine, a local registry."""
