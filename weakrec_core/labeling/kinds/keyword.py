"""Votes by keywords in the review."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.base import LF, VALUE, Label, Mask, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.conditions import CaseSensitive, Keywords, Match, Stem, matching
from weakrec_core.labeling.keyword_match import check_keywords, matched_characters
from weakrec_core.labeling.snorkel_code import SnorkelCode, keyword_test, numbered


class KeywordGroup(Keywords):
    """Keywords that vote for one label."""

    label: Label = Field(description="What a hit votes")


class KeywordLF(LF):
    """Votes by keywords in the review; the first group with a hit wins, as in the tutorial. No review: abstains."""

    title: ClassVar[str] = "Keywords in the review"

    kind: Literal["keyword"] = "keyword"
    match: Match = "substring"
    case_sensitive: CaseSensitive = False
    stem: Stem = None
    groups: tuple[KeywordGroup, ...] = Field(min_length=1, description="The first group with a hit wins")

    @model_validator(mode="after")
    def _patterns_compile(self) -> Self:
        for group in self.groups:
            check_keywords(group.keywords, self.matching, self.case_sensitive)
        return self

    @property
    def matching(self) -> str:
        """How its keywords are sought; see `Columns.keyword_hits`."""
        return matching(self.match, self.case_sensitive, self.stem)

    def votes(self, columns: Columns) -> Votes:
        votes = columns.abstain()
        for group in reversed(self.groups):
            votes[columns.keyword_hits(group.keywords, self.matching, self.case_sensitive)] = VALUE[group.label]
        return votes

    def deciding(self, text: str) -> Mask:
        keywords = [keyword for group in self.groups for keyword in group.keywords]
        return matched_characters(text, keywords, self.matching, self.case_sensitive)

    @property
    def in_words(self) -> str:
        return "; ".join(f"{group.label} where the review has {group.named}" for group in self.groups)

    def snorkel_code(self) -> SnorkelCode:
        tests = [keyword_test(group.keywords, self.matching, self.case_sensitive) for group in self.groups]
        names = numbered(group.label.lower() for group in self.groups)
        return SnorkelCode(
            [(test.of(name), group.label) for test, name, group in zip(tests, names, self.groups, strict=True)],
            resources={name: test.keywords for test, name in zip(tests, names, strict=True)},
            helpers=frozenset(test.helper for test in tests),
        )

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        return {"groups": [{"label": "NEGATIVE", "keywords": ["could not finish"]}]}
