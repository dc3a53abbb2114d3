"""Altair charts from small frames, for pages, notebooks and reports alike."""
