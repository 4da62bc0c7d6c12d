"""What boards show between calls."""
