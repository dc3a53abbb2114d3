"""LFs whose votes come from elsewhere."""

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.attached import attach_columns
from weakrec_core.errors import DataError, SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds.python import MODULES_VARIABLE, allowed_modules, available_functions, load_function
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf

TEXTS = ["good", "bad", None]
WriteModule = Callable[..., str]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteModule]:
    """Write a module, allow it, and give its name, which no other test has."""

    def write(source: str, name: str = "lfs", allowed: bool = True) -> str:
        name = f"{name}_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        if allowed:
            monkeypatch.setenv(MODULES_VARIABLE, f"another_one, {name} ,")
        return name

    yield write
    for name in [name for name in sys.modules if name.endswith(tmp_path.name.replace("-", "_"))]:
        del sys.modules[name]


def python_lf(target: str) -> LF:
    return parse_lf({"kind": "python", "name": "p", "target": target})


def votes(dataset: Any, target: str, split: str = "dev") -> list[int]:
    return Applier(dataset).votes(python_lf(target), split).tolist()


# --- Python


def test_a_snorkel_lf_votes_as_in_snorkel(make_dataset: Any, module: WriteModule) -> None:
    name = module(
        """
        from snorkel.labeling import labeling_function
        from snorkel.preprocess import preprocessor

        @preprocessor()
        def lowered(x):
            x.lower = x.review_text.lower() if isinstance(x.review_text, str) else ""
            return x

        @labeling_function(resources={"words": {"good": 1, "bad": 0}}, pre=[lowered])
        def by_word(x, words):
            return next((label for word, label in words.items() if word in x.lower), -1)

        def plain(x):
            return 1

        other = 5
        """
    )
    dataset = make_dataset(["GOOD", "bad", None, "neither"])
    assert votes(dataset, f"{name}:by_word") == [1, 0, -1, -1]
    assert votes(dataset, f"{name}:plain", "train") == [1] * 4
    assert Applier(dataset).votes(python_lf(f"{name}:plain"), "dev").dtype == np.int8


def test_available_functions_are_the_snorkel_lfs_of_the_allowed_modules(
    module: WriteModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        from snorkel.labeling import labeling_function

        @labeling_function()
        def {}(x):
            return -1

        def helper(x):
            return -1
    """
    one, two = module(source.format("first"), "one"), module(source.format("second"), "two")
    module(source.format("third"), "three", allowed=False)
    monkeypatch.setenv(MODULES_VARIABLE, f"{one},{two}")
    assert allowed_modules() == [one, two]
    assert available_functions() == [f"{one}:first", f"{two}:second"]
    monkeypatch.delenv(MODULES_VARIABLE)
    assert (allowed_modules(), available_functions()) == ([], [])


def test_what_a_row_offers(make_dataset: Any, module: WriteModule) -> None:
    name = module(
        """
        seen = []

        def see(x):
            seen.append(vars(x))
            return -1
        """
    )
    dataset = make_dataset(TEXTS, authors=["ann", None, "bob"], also_read=[[2], [], [0, 1]])
    assert votes(dataset, f"{name}:see") == [-1] * 3
    first, second, third = sys.modules[name].seen
    assert set(first) == set(
        "user_idx book_idx user_id book_id review_text book_idxs title first_author average_rating ratings_count".split()
    )
    assert (first["user_id"], first["book_id"], first["review_text"]) == ("dev0", "b0", "good")
    assert (first["user_idx"], first["book_idx"]) == (3, 0)
    assert (first["title"], first["first_author"]) == ("Title 0", "ann")
    assert [row["book_idxs"] for row in (first, second, third)] == [(0, 2), (1,), (0, 1, 2)]
    missing = [third["review_text"], second["first_author"], first["average_rating"], first["ratings_count"]]
    assert all(isinstance(value, float) and np.isnan(value) for value in missing)


def test_no_gold_is_offered(make_dataset: Any, module: WriteModule) -> None:
    name = module(
        """
        def peeks(x):
            return x.gold

        def peeks_at_stars(x):
            return 1 if x.rating > 3 else 0

        def peeks_at_what_was_written(x):
            return 1 if x.rating_text == "B+" else 0
        """
    )
    dataset = make_dataset(TEXTS)
    dataset.split("dev")["rating_text"] = "B+"  # as a table of several notations has it
    with pytest.raises(SpecError, match=r"raised AttributeError .*gold"):
        votes(dataset, f"{name}:peeks")
    with pytest.raises(SpecError, match=r"raised AttributeError .*rating"):
        votes(dataset, f"{name}:peeks_at_stars")
    with pytest.raises(SpecError, match=r"raised AttributeError .*rating_text"):
        votes(dataset, f"{name}:peeks_at_what_was_written")


def test_one_that_raises_says_where(make_dataset: Any, module: WriteModule) -> None:
    name = module(
        """
        def helper(x):
            return x.review_text.lower()

        def needs_text(x):
            return 1 if "good" in helper(x) else 0
        """
    )
    with pytest.raises(SpecError) as caught:
        votes(make_dataset(TEXTS), f"{name}:needs_text")
    assert str(caught.value) == (
        f"{name}:needs_text raised AttributeError ('float' object has no attribute 'lower') at line 3 on dev row 2 "
        "(user dev2, book b2)."
    )


def test_what_it_raises_is_told_in_one_line(make_dataset: Any, module: WriteModule) -> None:
    name = module(
        r"""
        def wordy(x):
            raise ValueError("first line\n\n  second line\n")
        """
    )
    with pytest.raises(SpecError, match=r"raised ValueError \(first line second line\) at line 3"):
        votes(make_dataset(TEXTS), f"{name}:wordy")


@pytest.mark.parametrize(
    ("returned", "vote"),
    [("1", 1), ("np.int64(0)", 0), ("np.int8(-1)", -1), ("IntEnum('L', {'P': 1}).P", 1)],
)
def test_what_is_a_vote(make_dataset: Any, module: WriteModule, returned: str, vote: int) -> None:
    name = module(f"import numpy as np\nfrom enum import IntEnum\ndef f(x):\n    return {returned}\n")
    assert votes(make_dataset(TEXTS), f"{name}:f") == [vote] * 3


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        ("None", "None"),
        ("'POSITIVE'", "'POSITIVE'"),
        ("'1'", "'1'"),
        ("True", "True"),
        ("False", "False"),
        ("np.bool_(True)", "True"),
        ("1.0", "1.0"),
        ("2", "2"),
        ("-2", "-2"),
        ("np.int64(257)", "257"),
        ("[1]", "[1]"),
        ("np.array([1])", "array([1])"),
    ],
)
def test_what_is_no_vote(make_dataset: Any, module: WriteModule, returned: str, shown: str) -> None:
    name = module(f"import numpy as np\ndef f(x):\n    return -1 if x.review_text == 'good' else {returned}\n")
    with pytest.raises(SpecError) as caught:
        votes(make_dataset(TEXTS), f"{name}:f")
    assert shown in str(caught.value)
    assert str(caught.value).startswith(f"{name}:f returned ")
    assert "on dev row 1; a vote is 1 (POSITIVE), 0 (NEGATIVE) or -1 (ABSTAIN)." in str(caught.value)


def test_a_module_that_the_operator_has_not_named_is_not_imported(
    make_dataset: Any, module: WriteModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = module("raise SystemExit('imported')", allowed=False)
    monkeypatch.setenv(MODULES_VARIABLE, f"{name}_other")
    with pytest.raises(SpecError, match=f"Module '{name}' is not allowed: .* {MODULES_VARIABLE}"):
        votes(make_dataset(TEXTS), f"{name}:f")
    assert name not in sys.modules
    monkeypatch.delenv(MODULES_VARIABLE)
    with pytest.raises(SpecError, match="Module 'os' is not allowed"):
        load_function("os:system")


def test_what_cannot_be_loaded(module: WriteModule, monkeypatch: pytest.MonkeyPatch) -> None:
    name = module("constant = 5\n")
    for missing in ("constant", "nothing"):
        with pytest.raises(SpecError, match=f"Module '{name}' has no function '{missing}'"):
            load_function(f"{name}:{missing}")
    broken = module("import nowhere_to_be_found", "broken")
    with pytest.raises(SpecError, match=f"Module '{broken}' cannot be imported: ModuleNotFoundError: .*nowhere"):
        load_function(f"{broken}:f")
    wrong = module("def f(:\n", "wrong")
    with pytest.raises(SpecError, match="cannot be imported: SyntaxError"):
        load_function(f"{wrong}:f")
    monkeypatch.setenv(MODULES_VARIABLE, "no_such_module")
    with pytest.raises(SpecError, match="'no_such_module' cannot be imported"):
        load_function("no_such_module:f")


def test_an_edited_module_is_read_anew_without_a_restart(
    make_dataset: Any, module: WriteModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    lf = "from snorkel.labeling import labeling_function\n@labeling_function()\ndef {}(x): return {}\n"
    dataset = make_dataset(TEXTS)
    name = module(lf.format("f", 1))
    monkeypatch.setenv(MODULES_VARIABLE, name)
    assert votes(dataset, f"{name}:f") == [1, 1, 1]
    first = load_function(f"{name}:f")
    assert load_function(f"{name}:f") is first
    module(lf.format("f", "-1 if x.review_text == 'good' else 0"))
    assert votes(dataset, f"{name}:f") == [-1, 0, 0]
    monkeypatch.setenv(MODULES_VARIABLE, name)
    module(lf.format("another", 1), allowed=False)
    assert available_functions() == [f"{name}:another"]
    with pytest.raises(SpecError, match="has no function 'f'"):
        load_function(f"{name}:f")


@pytest.mark.parametrize("target", ["", "module", "module:", ":function", "a:b:c", "a: "])
def test_targets_are_module_and_function(target: str) -> None:
    with pytest.raises(SpecError, match=r"LF 'p', field target: .* is not of the form module:function"):
        python_lf(target)


def test_a_broken_one_carries_its_error_and_the_others_go_on(make_dataset: Any, module: WriteModule) -> None:
    name = module("def broken(x):\n    return None\n\ndef fine(x):\n    return 1\n")
    group = {"label": "POSITIVE", "keywords": ["good"]}
    lf_set = LFSet.model_validate(
        {
            "name": "s",
            "lfs": [
                {"kind": "python", "name": "broken", "target": f"{name}:broken"},
                {"kind": "python", "name": "fine", "target": f"{name}:fine"},
                {"kind": "keyword", "name": "word", "groups": [group]},
                {"kind": "column", "name": "gone", "column": "gone"},
            ],
        }
    )
    applier = Applier(make_dataset(TEXTS))
    assert [applier.problem(lf) is None for lf in lf_set.lfs] == [False, True, True, False]
    usable = applier.usable(lf_set)
    assert usable.names == ["fine", "word"]
    assert [lf.name for lf in usable.lfs] == ["broken", "fine", "word", "gone"]
    assert applier.of(usable).votes("dev").tolist() == [[1, 1], [1, -1], [1, -1]]


# --- a column


def test_votes_of_a_column(make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset(TEXTS)
    frame = pd.DataFrame({"user_id": ["dev2", "dev0", "train1"], "book_id": ["b2", "b0", "b1"], "llm": [1, 0, 1]})
    frame.to_parquet(tmp_path / "votes.parquet")
    attach_columns(dataset, tmp_path / "votes.parquet")
    lf = parse_lf({"kind": "column", "name": "c", "column": "llm"})
    applier = Applier(dataset)
    assert applier.votes(lf, "dev").tolist() == [0, -1, 1]
    assert applier.votes(lf, "train").tolist() == [-1, 1, -1]
    assert applier.votes(lf, "test").tolist() == [-1, -1, -1]


def test_votes_attached_anew_are_not_those_remembered(make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset(TEXTS)
    applier, lf = Applier(dataset), parse_lf({"kind": "column", "name": "c", "column": "v"})
    for vote in (1, 0):
        ids = dataset.split("dev")[["user_id", "book_id"]]
        ids.assign(v=vote).to_parquet(tmp_path / "v.parquet")
        attach_columns(dataset, tmp_path / "v.parquet")
        assert applier.votes(lf, "dev").tolist() == [vote] * 3
        shutil.rmtree(dataset.columns_path)


def test_a_column_that_is_not_there(make_dataset: Any) -> None:
    lf = parse_lf({"kind": "column", "name": "c", "column": "llm"})
    with pytest.raises(DataError, match="Dataset 'tiny' has no column 'llm'; attached are: none"):
        Applier(make_dataset(TEXTS)).votes(lf, "dev")
