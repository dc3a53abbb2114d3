"""Runs: one training each, with all its inputs frozen, in a directory that outlives tab and server."""
