"""What the workflows in `.github/` decide and say; the workflows themselves only call it."""
