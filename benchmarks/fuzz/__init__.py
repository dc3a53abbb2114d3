"""Inputs of all kinds, right, nearly right and hostile: each comes to a result or to one clear sentence, soon."""
