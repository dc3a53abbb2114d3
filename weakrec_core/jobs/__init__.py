"""Background work in processes of its own."""
