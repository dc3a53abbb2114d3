"""Suggested edits in words."""

from weakrec_core.suggestions.suggest import Suggestion

VERBS = {"add_keyword": "add keyword", "add_threshold": "add", "drop_keyword": "drop keyword"}


def condition(s: Suggestion) -> str:
    """The keyword or the threshold that is added or dropped."""
    return f"“{s.keyword}”" if s.keyword is not None else f"{s.signal} {s.op} {s.threshold:g}"
