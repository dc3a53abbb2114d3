"""From raw files to datasets, one file a format."""
