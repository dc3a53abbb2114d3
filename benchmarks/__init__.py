"""Benchmarks: side by side with the peer in one run, medians and ratios."""
