"""Asking a language model that the operator has named; off until then."""
