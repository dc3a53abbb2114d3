"""The synthetic demo data in the Goodreads format."""
