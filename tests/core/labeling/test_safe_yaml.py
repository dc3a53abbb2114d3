"""YAML built to be slow or large is refused in one short sentence, and honest YAML is read."""

from typing import Any

import pytest

from weakrec_core.errors import SpecError, quoted
from weakrec_core.labeling.lf_set import parse_lf_set
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.limits import ALL_REGEXES_CHARACTERS, KEYWORDS, LF_SET_CHARACTERS, LFS, REGEX_CHARACTERS

NESTED = "a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
)
FEW = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 4)
)
MERGED = "m0: &m0 {k: 1}\n" + "".join(f"m{i}: &m{i} {{<<: [*m{i - 1}, *m{i - 1}], k{i}: 1}}\n" for i in range(1, 60))


def lf_set(lf: str, before: str = "") -> str:
    return f"{before}name: s\nlfs:\n- {lf}\n"


def keyword(*keywords: str, match: str = "substring") -> str:
    given = ", ".join(f"'{k}'" for k in keywords)
    return lf_set(f"{{kind: keyword, name: k, match: {match}, groups: [{{label: POSITIVE, keywords: [{given}]}}]}}")


BOMBS = [
    (lf_set("{kind: *a29, name: n}", NESTED), r"it has more than 50,000 values, aliases written out"),
    (lf_set("{kind: *a3, name: n}", FEW), r"there is no kind \[\["),
    (lf_set("{kind: threshold, name: *a3}", FEW), r"LF \[\["),
    (lf_set("*a3", FEW), r"field lfs\.1: "),
    (MERGED + "name: s\nlfs: []", "it has more than 50,000 values, aliases written out"),
    ("name: s\nlfs: &l [*l]", "an alias stands within what it names"),
    (lf_set("[" * 10_000), "it is nested more than 40 deep"),
    ("name: s\nlfs: " + "- " * 1000, "nested more than 40 deep|not valid YAML"),
    ("#" * (LF_SET_CHARACTERS + 1), f"an LF set has at most {LF_SET_CHARACTERS:,}"),
    (lf_set(f"{{kind: {'k' * 10**5}, name: n}}"), "there is no kind 'kkkk"),
    (lf_set(f"{{kind: column, name: n, column: c, {'k' * 100}: 5}}"), "unknown key 'kkkk"),
    (lf_set(f"{{kind: 0x{'f' * 5000}, name: n}}"), "there is no kind <a long int>"),
    ("name: s\nlfs:\n" + "- {kind: x}\n" * (LFS + 1), f"a set has at most {LFS}"),
    (keyword("a{" * REGEX_CHARACTERS, match="regex"), f"a regular expression has at most {REGEX_CHARACTERS:,}"),
    (keyword("(" + "x" * 1900, match="regex"), "is not a regular expression that RE2 takes"),
    (
        keyword(*["x" * 1000] * 101, match="regex"),
        f"the regular expressions have more than {ALL_REGEXES_CHARACTERS:,} characters together",
    ),
    ("name: s\nlfs: []\n? {}\n: 5", "not valid YAML"),
]


@pytest.mark.parametrize(("text", "problem"), BOMBS, ids=range(len(BOMBS)))
def test_what_is_built_to_be_slow_is_refused_shortly(text: str, problem: str) -> None:
    with pytest.raises(SpecError, match=problem) as e:
        parse_lf_set(text, "set.yaml")
    assert len(str(e.value)) < 500 and "\n" not in str(e.value)


def test_a_list_has_so_many_keywords() -> None:
    groups: list[dict[str, Any]] = [{"label": "POSITIVE", "keywords": ["x"] * KEYWORDS}]
    assert parse_lf({"kind": "keyword", "name": "k", "groups": groups})
    groups[0]["keywords"] = ["x"] * (KEYWORDS + 1)
    with pytest.raises(SpecError, match=f"LF 'k', field groups.1.keywords: there are 20,001 keywords; .* {KEYWORDS:,}"):
        parse_lf({"kind": "keyword", "name": "k", "groups": groups})


def test_anchors_are_taken() -> None:
    text = """
words: &words [good, great]
name: a
lfs:
- {kind: keyword, name: one, groups: [{label: POSITIVE, keywords: *words}]}
"""
    with pytest.raises(SpecError, match="unknown key 'words'"):
        parse_lf_set(text, "my.yaml")
    inside = text.replace("words: &words [good, great]\n", "").replace("*words", "&w [good]")
    assert parse_lf_set(inside, "my.yaml").names == ["one"]


def test_a_quote_is_short() -> None:
    values: list[Any] = ["x" * 10**6, ["y" * 1000] * 10**5, {i: i for i in range(1000)}, 10**5000, None]
    assert max(len(quoted(value)) for value in values) <= 80
