"""Suggested edits of an LF set."""
