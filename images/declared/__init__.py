"""What the repository declares as images, and how bake reads it."""
