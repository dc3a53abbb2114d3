"""A run as full-screen slides, for the app and the report alike."""
