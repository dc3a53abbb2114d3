"""The end model: who reads what, and who likes what of it."""
