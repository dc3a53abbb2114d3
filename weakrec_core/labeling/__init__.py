"""Labeling functions: specs, application over columns, analysis on vote patterns."""
