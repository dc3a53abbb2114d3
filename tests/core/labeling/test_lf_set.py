"""LF sets as YAML: round trip, and one sentence for whatever is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.errors import SpecError
from weakrec_core.labeling.lf_set import LFSet, parse_lf_set, read_lf_set
from weakrec_core.labeling.parsing import dump_lf, parse_lf
from weakrec_core.signals import SIGNALS

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "lfs").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_the_shipped_sets_are_valid_and_survive_being_written(path: Path) -> None:
    lf_set = read_lf_set(path)
    assert lf_set.name == path.stem
    assert len(lf_set.active) >= 3
    assert parse_lf_set(lf_set.to_yaml(), "again") == lf_set


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
KEYWORDS = st.lists(TEXT.filter(str.strip), min_size=1, max_size=3)
LABEL = st.sampled_from(["POSITIVE", "NEGATIVE"])
GROUPS = st.lists(st.fixed_dictionaries({"label": LABEL, "keywords": KEYWORDS}), min_size=1, max_size=3)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
BOUNDS = st.tuples(st.sampled_from([">", ">=", "<", "<="]), NUMBER).map(lambda t: {"op": t[0], "threshold": t[1]}) | (
    st.tuples(NUMBER, NUMBER).map(lambda t: {"op": "between", "low": min(t), "high": max(t)})
)
NOTES = {"tags": st.lists(TEXT.filter(str.strip), max_size=3), "comment": TEXT, "owner": TEXT}
KEYWORD_LF = st.fixed_dictionaries(
    {"kind": st.just("keyword"), "groups": GROUPS},
    optional={
        "match": st.sampled_from(["substring", "word"]),
        "case_sensitive": st.booleans(),
        "stem": st.none(),
        "enabled": st.booleans(),
        **NOTES,
    },
)
THRESHOLD_LF = st.builds(
    lambda signal, label, bounds: {"kind": "threshold", "signal": signal, "label": label} | bounds,
    st.sampled_from(sorted(SIGNALS)),
    LABEL,
    BOUNDS,
)


@given(st.dictionaries(TEXT, KEYWORD_LF | THRESHOLD_LF, max_size=4), TEXT)
def test_yaml_round_trip(lfs: dict[str, dict[str, Any]], name: str) -> None:
    lf_set = LFSet.model_validate({"name": name, "lfs": [lf | {"name": n} for n, lf in lfs.items()]})
    again = parse_lf_set(lf_set.to_yaml(), "again")
    assert again == lf_set
    assert [type(lf) for lf in again.lfs] == [type(lf) for lf in lf_set.lfs]
    assert LFSet.model_validate(lf_set.model_dump(mode="json")) == lf_set


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: a\nlfs: []\nname: b\n", "line 3 is not valid YAML: key 'name' is written twice"),
        ("name: a\nlfs:\n- {kind: keyword, kind: keyword}\n", "line 3 is not valid YAML: key 'kind' is written twice"),
    ],
)
def test_a_key_written_twice_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(SpecError, match=f"^my.yaml, {problem}"):
        parse_lf_set(text, "my.yaml")


def test_a_merged_key_may_be_written_again() -> None:
    text = """
name: a
lfs:
- &first {kind: keyword, name: one, groups: [{label: POSITIVE, keywords: [good]}]}
- {<<: *first, name: two}
"""
    assert parse_lf_set(text, "my.yaml").names == ["one", "two"]


def test_defaults_are_left_out_of_the_file() -> None:
    lf = parse_lf(
        {"kind": "threshold", "name": "a", "signal": "polarity", "op": ">", "threshold": 1, "label": "POSITIVE"}
    )
    assert list(dump_lf(lf)) == ["kind", "name", "signal", "op", "threshold", "label"]
    values = yaml.safe_load(LFSet(name="s", lfs=(lf,)).to_yaml())
    assert values == {"name": "s", "lfs": [dump_lf(lf)]}


def test_specs_are_values() -> None:
    one = {"kind": "keyword", "name": "a", "groups": [{"label": "POSITIVE", "keywords": ["x"]}]}
    assert parse_lf(one) == parse_lf(one | {"match": "substring"})
    assert hash(parse_lf(one)) == hash(parse_lf(one | {"enabled": True}))
    assert parse_lf(one | {"name": "b"}).nameless() == parse_lf(one | {"enabled": False}).nameless()
    assert parse_lf(one) != parse_lf(one | {"case_sensitive": True})
    with pytest.raises(ValueError, match="frozen"):
        parse_lf(one).name = "b"


def test_notes_are_kept_in_the_file_and_decide_nothing() -> None:
    plain = parse_lf(threshold())
    noted = parse_lf(threshold(tags=[" mood ", "mood", "v2"], comment="Of polarity", owner="ada"))
    assert noted.tags == ("mood", "v2")
    assert dump_lf(noted) == dump_lf(plain) | {"tags": ["mood", "v2"], "comment": "Of polarity", "owner": "ada"}
    assert noted != plain and noted.nameless() == plain.nameless() and noted.without_notes() == plain
    for tag in (" ", "t" * 41):
        with pytest.raises(SpecError, match="LF 'mine', field tags: a tag has 1 to 40 characters"):
            parse_lf(threshold(tags=[tag]))


def threshold(**changes: Any) -> dict[str, Any]:
    whole = {
        "kind": "threshold",
        "name": "mine",
        "signal": "polarity",
        "op": ">",
        "threshold": 0.3,
        "label": "POSITIVE",
    }
    return {k: v for k, v in (whole | changes).items() if v != "gone"}


def keyword(**changes: Any) -> dict[str, Any]:
    whole = {"kind": "keyword", "name": "mine", "groups": [{"label": "POSITIVE", "keywords": ["x"]}]}
    return {k: v for k, v in (whole | changes).items() if v != "gone"}


def group(**changes: Any) -> list[dict[str, Any]]:
    return [{"label": "POSITIVE", "keywords": ["x"]} | changes]


BAD_LFS: list[tuple[Any, str]] = [
    (threshold(kind="treshold"), "field kind: there is no kind 'treshold'; the kinds are "),
    (threshold(kind="gone"), "field kind: there is no kind None"),
    (threshold(kind=["threshold"]), "field kind: there is no kind ['threshold']"),
    (threshold(threshold=float("nan")), "field threshold: Input should be a finite number"),
    (threshold(threshold=float("inf")), "field threshold: Input should be a finite number"),
    (threshold(threshold="high"), "field threshold: Input should be a valid number"),
    (threshold(threshold="gone"), "op '>' takes a threshold, and no low or high"),
    (threshold(low=0), "op '>' takes a threshold, and no low or high"),
    (threshold(op="between"), "op 'between' takes low and high, and no threshold"),
    (threshold(op="between", threshold="gone", low=1), "op 'between' takes low and high, and no threshold"),
    (threshold(op="between", threshold="gone", low=1, high=0.5), "low 1 is above high 0.5"),
    (threshold(op="between", threshold="gone", low=float("nan"), high=1), "field low: Input should be a finite number"),
    (threshold(op="=>"), "field op: Input should be '>', '>=', '<', '<='"),
    (threshold(signal="gone"), "field signal: Field required"),
    (threshold(label="MAYBE"), "field label: Input should be 'POSITIVE' or 'NEGATIVE'"),
    (threshold(label=1), "field label: Input should be 'POSITIVE' or 'NEGATIVE'"),
    (threshold(treshold=1), "field treshold: unknown key 'treshold'"),
    (threshold(enabled="perhaps"), "field enabled: Input should be a valid boolean"),
    (threshold(name=""), "field name: String should have at least 1 character"),
    (threshold(name=7), "field name: Input should be a valid string"),
    (keyword(groups=[]), "field groups: "),
    (keyword(groups="gone"), "field groups: Field required"),
    (keyword(groups=group(keywords=[])), "field groups.1.keywords: "),
    (keyword(groups=group(keywords="x")), "field groups.1.keywords: "),
    (keyword(groups=group(keywords=["x", 5])), "field groups.1.keywords.2: Input should be a valid string"),
    (keyword(groups=group(keywords=["x", " "])), "field groups.1.keywords: an empty keyword would match every review"),
    (keyword(groups=group() + group(lable="POSITIVE")), "field groups.2.lable: unknown key 'lable'"),
    (keyword(match="fuzzy"), "field match: Input should be 'substring', 'word' or 'regex'"),
    (keyword(match="regex", groups=group(keywords=["a", "(b"])), "'(b' is not a regular expression"),
    (
        keyword(match="regex", groups=group(keywords=["good(?! luck)"])),
        "look-around and back-references are not supported",
    ),
    (keyword(match="regex", groups=group(keywords=["(?<=a)b"])), "look-around and back-references are not supported"),
    (keyword(match="regex", groups=group(keywords=[r"(a)\1"])), "look-around and back-references are not supported"),
    (keyword(match="regex", groups=group(keywords=[r"a\Qb"])), "is not a regular expression"),
    (keyword(match="regex", groups=group(keywords=["(a{1000}){1000}"])), "invalid repetition size"),
]


@pytest.mark.parametrize(("values", "problem"), BAD_LFS, ids=[f"{i}" for i in range(len(BAD_LFS))])
def test_a_bad_lf_is_named_with_its_field(tmp_path: Path, values: Any, problem: str) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(yaml.safe_dump({"name": "s", "lfs": [threshold(name="before"), values]}), encoding="utf-8")
    with pytest.raises(SpecError) as e:
        read_lf_set(path)
    message = str(e.value)
    assert message.startswith(f"{path}: LF {values.get('name')!r}")
    assert problem in message
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", " is not an LF set: it needs a name and a list called lfs."),
        ("name: s", " is not an LF set: it needs a name and a list called lfs."),
        ("name: s\nlfs: {}", " is not an LF set: it needs a name and a list called lfs."),
        ("- a", " is not an LF set: it needs a name and a list called lfs."),
        ("lfs: []", ", field name: Field required."),
        ("name: ''\nlfs: []", ", field name: String should have at least 1 character."),
        ("name: s\nlfs: []\nauthor: me", ", field author: unknown key 'author'."),
        ("name: s\nlfs:\n  - abc", ", field lfs.1: "),
        ("name: s\nlfs:\n  - null", ", field lfs.1: "),
        ("name: s\nlfs:\n  - {kind: keyword\n    name: [", ", line 4 is not valid YAML: "),
        ("name: s\n\tlfs: []", ", line 2 is not valid YAML: "),
        ("name: 2020-13-45\nlfs: []", " is not valid YAML: month must be in 1..12."),
        ("name: a\0b\nlfs: []", " is not valid YAML: unacceptable character #x0000"),
        ("a: " + "[" * 700, ", line 1 is not valid YAML: it is nested more than 40 deep."),
        ("name: !!python/object/apply:os.getcwd []\nlfs: []", ", line 1 is not valid YAML: "),
        ("name: s\nlfs:\n" + "  - {kind: threshold, name: a, signal: polarity, op: '>', threshold: 1, label: POSITIVE}\n" * 2,
         ": LF 'a': the name is used more than once."),
        ('name: s\nlfs:\n- {kind: keyword, name: a, groups: [{label: POSITIVE, keywords: ["\\uD800"]}]}\n',
         ": LF 'a': it has half a surrogate pair in it, which is no character."),
    ],
)  # fmt: skip
def test_a_bad_file(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as e:
        read_lf_set(path)
    assert str(e.value).startswith(f"{path}{problem}")
    assert str(e.value).endswith(".")
    assert "\n" not in str(e.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"gone\.yaml cannot be read: No such file"):
        read_lf_set(tmp_path / "gone.yaml")
    with pytest.raises(SpecError, match="cannot be read"):
        read_lf_set(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("name: é".encode("latin-1"))
    with pytest.raises(SpecError, match=r"latin\.yaml is not UTF-8 text"):
        read_lf_set(tmp_path / "latin.yaml")


def test_a_value_that_is_no_mapping() -> None:
    with pytest.raises(SpecError, match="must be a mapping with kind and name, not 'x'"):
        parse_lf("x")
