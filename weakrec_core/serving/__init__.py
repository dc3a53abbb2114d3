"""Recommending with a trained run."""
