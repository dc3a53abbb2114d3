"""What recommenders are measured by."""
