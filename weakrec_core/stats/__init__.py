"""Intervals, folds and metrics."""
