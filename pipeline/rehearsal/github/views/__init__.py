"""The JSON shapes that GitHub answers with."""
