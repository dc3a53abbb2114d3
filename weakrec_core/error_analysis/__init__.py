"""Which dev rows go wrong, and why."""
