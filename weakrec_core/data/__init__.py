"""Datasets: what they hold, how they are made and kept."""
