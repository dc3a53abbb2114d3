"""Public raw files, fetched when asked for."""
