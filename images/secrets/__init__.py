"""The values that no image and no log may show."""
