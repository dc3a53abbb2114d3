"""Texts as vectors whose cosine says how alike they are; computed once and cached."""
