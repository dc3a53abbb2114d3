"""The presets of a training, one a file."""
