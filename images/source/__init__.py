"""The tagged commit as a folder that is whole."""
