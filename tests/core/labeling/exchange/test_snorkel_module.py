"""An exported module votes as the workbench does, cell by cell, under Snorkel's own applier."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snorkel.labeling import PandasLFApplier

from tests.conftest import PROJECT
from tests.core.test_tutorial_votes import ODD_TEXTS
from tests.toys import TITLE_LENGTH, ShortReviewLF, title_length
from weakrec_core.data.attached import attach_columns
from weakrec_core.data.dataset import KEPT, SPLITS, Dataset
from weakrec_core.data.saving import save_dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.exchange.snorkel_module import needs_of, snorkel_module
from weakrec_core.labeling.exchange.snorkel_rows import snorkel_rows
from weakrec_core.labeling.kinds import LF_KINDS
from weakrec_core.labeling.kinds.python import MODULES_VARIABLE
from weakrec_core.labeling.lf_set import LFSet, parse_lf_set, read_lf_set
from weakrec_core.labeling.snorkel_code import SnorkelCode
from weakrec_core.language_model.question import Question, text_digest
from weakrec_core.language_model.vote_store import vote_store
from weakrec_core.signals import SIGNALS
from weakrec_core.signals.registry import FAMILIES, row_signal

SHIPPED = sorted((PROJECT / "lfs").glob("*.yaml"))
N = 30
SHELVES = ("fantasy", "Fantasy", "it's", 'say "no"', "x\\n", "面白い", "nan", "0")
ASKED = Question("Is it good?", "yes", "no", "m")
PYTHON_LFS = """
from snorkel.labeling import labeling_function


@labeling_function(resources={"least": 30})
def reads_much(x, least):
    return 1 if len(x.book_idxs) > least and x.book_idx in x.book_idxs else -1


def no_review(x):
    return 0 if x.review_text != x.review_text else -1
"""


def loaded(lf_set: LFSet) -> Any:
    """The exported module, imported."""
    module = ModuleType("exported")
    exec(compile(snorkel_module(lf_set), "exported.py", "exec"), vars(module))
    return module


def module_votes(module: Any, rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(PandasLFApplier(module.lfs).apply(rows, progress_bar=False))


@pytest.fixture(scope="module")
def dataset(demo: Dataset) -> Iterator[Dataset]:
    """The demo with odd texts in the first rows of dev, every fifth author unknown, a category, and votes from elsewhere."""
    parts = [demo.split(split).assign(split=split) for split in SPLITS]
    parts[0]["gold"] = demo.train_gold()
    rows = pd.concat(parts, ignore_index=True).astype({"review_text": object})
    texts = [text for text in ODD_TEXTS if text is None or len(text) < 1000]
    dev = np.flatnonzero(rows["split"] == "dev")
    rows.loc[dev[: len(texts)], "review_text"] = texts
    rows[f"{KEPT}shelf"] = pd.Series(np.resize([*SHELVES, None], len(rows)), dtype="category")
    books = demo.books.copy()
    books.loc[::5, "first_author"] = None
    user_ids = demo.user_ids.to_numpy(object)
    meta = {"source": "test", "kept": {"shelf": {"kind": "category", "known": int(rows[f"{KEPT}shelf"].count())}}}
    made = save_dataset(demo.workspace, "exported", rows, books, demo.histories, user_ids, meta)
    votes = made.split("dev")[["user_id", "book_id"]].iloc[:N].assign(**{"crowd-1": np.arange(N) % 3 - 1})
    path = demo.workspace.root / "crowd.parquet"
    votes.to_parquet(path)
    attach_columns(made, path)
    with vote_store(demo.workspace, ASKED).appending(ASKED) as answers:
        for i, text in enumerate(made.split("dev")["review_text"].dropna().unique()[:N]):
            answers.add(text_digest(text), i % 3 - 1, "", 0, 0)
    module = demo.workspace.root / "python_lfs_to_export.py"
    module.write_text(PYTHON_LFS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(module.parent)
        patch.setenv(MODULES_VARIABLE, module.stem)
        yield made


@pytest.fixture(scope="module")
def every_column(dataset: Dataset) -> pd.DataFrame:
    """Dev with all that LFs could read, histories as the module's own `read_rows` makes them."""
    rows = snorkel_rows(dataset, "dev")
    return rows.assign(book_idxs=rows["book_idxs"].map(tuple))


def check(lf_set: LFSet, dataset: Dataset, every_column: pd.DataFrame) -> np.ndarray:
    """On rows of the columns that the module states, its votes are the workbench's."""
    module = loaded(lf_set)
    assert [lf.name for lf in module.lfs] == lf_set.names
    applied = lf_set.apply(dataset)
    columns = applied.applier.columns["dev"]
    own = {name: values for lf in lf_set.active for name, values in lf.exported_columns(columns).items()}
    own_rows = pd.DataFrame(own, index=range(len(columns.dataset.split("dev"))))[: len(every_column)]
    rows = pd.concat([every_column, own_rows], axis=1)[list(needs_of(lf_set).columns)]
    found, expected = module_votes(module, rows), applied.votes("dev")[: len(rows)]
    different = [(lf_set.names[j], rows.iloc[i].to_dict(), expected[i, j]) for i, j in np.argwhere(found != expected)]
    assert not different, different[:5]
    return expected


WORDS = (
    "5 stars", "one star", "Great", "great", "NOT", "book", "i", "I", "s", "K", "İ", "ı", "ſ", "ß", "wonderful", "star", "4-star",
    "❤️", "❤", "面白い", "хорошо", "Хорошо", "ﬁve", "five", "good", "loved it", "!", "(", "a\u0301", "don't", "books", "\\", '"', "'", "so\x85it",
)  # fmt: skip
REGEXES = (
    r"\bgreat\b", r"stars?$", r"^\s*5", r"(?i)LOVE\w*", r"\d+/\d+", r"\p{L}{9}", r"[^\x00-\x7F]", r"a|b|", r"(?s).\z", r"\Qgood\E",
    r"not (\w+ )?good", r"[[:upper:]]{4}", "ſ",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x2FFF), min_size=1, max_size=8)
LABEL = st.sampled_from(["POSITIVE", "NEGATIVE"])
KEYWORDS = st.lists(st.sampled_from(WORDS) | TEXT.filter(str.strip), min_size=1, max_size=4)
BOOLEAN = st.booleans()
NUMBER = st.sampled_from([-0.0, 0.05, 0.5, 1, 2, 3.2, 4, 15, 1e-300, 1e300]) | st.floats(-1, 5)
BOUNDS = st.tuples(st.sampled_from([">", ">=", "<", "<="]), NUMBER).map(lambda t: {"op": t[0], "threshold": t[1]}) | (
    st.tuples(NUMBER, NUMBER).map(lambda t: {"op": "between", "low": min(t), "high": max(t)})
)
THRESHOLD = st.tuples(st.sampled_from(sorted(s.name for s in SIGNALS.values() if s.installed)), BOUNDS).map(
    lambda t: {"signal": t[0]} | t[1]
)
MATCHED = st.one_of(
    st.tuples(st.sampled_from(["substring", "word"]), KEYWORDS),
    st.tuples(st.just("regex"), st.lists(st.sampled_from(REGEXES), min_size=1, max_size=2)),
)
STEM = st.sampled_from(["english", "german", "russian", "turkish", "arabic"])
STEMMED = st.fixed_dictionaries({"match": st.just("word"), "stem": STEM})
CONDITION = st.one_of(
    st.tuples(MATCHED, BOOLEAN).map(
        lambda t: {"type": "keywords", "match": t[0][0], "keywords": t[0][1], "case_sensitive": t[1]}
    ),
    st.tuples(STEMMED, KEYWORDS).map(lambda t: {"type": "keywords", "keywords": t[1]} | t[0]),
    THRESHOLD.map(lambda t: {"type": "threshold"} | t),
)


@st.composite
def keyword_lf(draw: st.DrawFn) -> dict[str, Any]:
    match = draw(st.sampled_from(["substring", "word", "regex"]))
    texts = st.lists(st.sampled_from(REGEXES), min_size=1, max_size=2) if match == "regex" else KEYWORDS
    groups = draw(st.lists(st.fixed_dictionaries({"label": LABEL, "keywords": texts}), min_size=1, max_size=3))
    stemmed = draw(STEMMED) if match == "word" and draw(BOOLEAN) else {"match": match, "case_sensitive": draw(BOOLEAN)}
    return {"kind": "keyword", "groups": groups} | stemmed


LF_VALUES = st.one_of(
    keyword_lf(),
    st.tuples(THRESHOLD, LABEL).map(lambda t: {"kind": "threshold", "label": t[1]} | t[0]),
    st.fixed_dictionaries(
        {
            "kind": st.just("combined"),
            "label": LABEL,
            "mode": st.sampled_from(["all", "any"]),
            "conditions": st.lists(CONDITION, min_size=1, max_size=3),
            "unless": st.lists(CONDITION, max_size=2),
        }
    ),
    st.just({"kind": "column", "column": "crowd-1"}),
    st.fixed_dictionaries(
        {
            "kind": st.just("similar"),
            "label": LABEL,
            "examples": KEYWORDS,
            "unlike": st.just([]) | KEYWORDS,
            "threshold": st.sampled_from([-1, 0, 0.1, 0.3]) | st.floats(-1, 1),
        }
    ),
    st.permutations((*SHELVES, "of no row")).map(
        lambda values: {"kind": "category", "column": "shelf", "positive": values[:3], "negative": values[3:5]}
    ),
    st.sampled_from(["never asked", ASKED.prompt]).map(
        lambda prompt: {"kind": "prompt", "prompt": prompt, "model": ASKED.model}
    ),
    st.sampled_from(["reads_much", "no_review"]).map(
        lambda name: {"kind": "python", "target": f"python_lfs_to_export:{name}"}
    ),
)
NAMES = (
    st.sampled_from(["contains", "lfs", "if", "x", "sentiment", "2nd", "a b", "a_b", "a-b", "__name__", "print"]) | TEXT
)


def test_word_forms(dataset: Dataset, every_column: pd.DataFrame) -> None:
    """Other forms than the keyword's own are found, by the module, too."""
    words = {
        "kind": "keyword",
        "match": "word",
        "groups": [{"label": "POSITIVE", "keywords": ["starred", "loving it"]}],
    }
    lfs = [words | {"name": "written"}, words | {"name": "stemmed", "stem": "english"}]
    votes = check(LFSet.model_validate({"name": "s", "lfs": lfs}), dataset, every_column)
    assert (votes[:, 1] == 1).sum() > (votes[:, 0] == 1).sum()


@settings(max_examples=100)
@given(st.dictionaries(NAMES, LF_VALUES, min_size=1, max_size=3), st.integers(0, 3), TEXT)
def test_generated_sets_of_all_kinds(
    dataset: Dataset, every_column: pd.DataFrame, lfs: dict[str, dict[str, Any]], off: int, name: str
) -> None:
    values = [lf | {"name": lf_name, "enabled": i != off or not i} for i, (lf_name, lf) in enumerate(lfs.items())]
    check(LFSet.model_validate({"name": name, "lfs": values}), dataset, every_column[:N])


def test_every_kind_is_generated() -> None:
    kinds: set[str] = set()

    @settings(max_examples=50)
    @given(LF_VALUES)
    def collect(values: dict[str, Any]) -> None:
        kinds.add(values["kind"])

    collect()
    assert kinds == set(LF_KINDS)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_the_shipped_sets(path: Path, dataset: Dataset, every_column: pd.DataFrame) -> None:
    votes = check(read_lf_set(path), dataset, every_column)
    assert ((votes != -1).sum(axis=0) > 0).mean() > 0.9


def test_it_is_laid_out_as_ruff_does(tmp_path: Path) -> None:
    texts = ["it's", 'say "no"', "both ' and \"", "x" * 90, "\u00e9\n"]
    groups = [{"label": "POSITIVE", "keywords": texts}, {"label": "POSITIVE", "keywords": ["a"]}]
    condition = {"type": "keywords", "match": "word", "keywords": ["a"], "case_sensitive": True}
    between = {"type": "threshold", "signal": "author_share", "op": "between", "low": 1e-7, "high": 1e16}
    odd = [
        {"kind": "keyword", "name": 'a "name"', "match": "word", "groups": groups},
        {"kind": "keyword", "name": "b", "match": "regex", "groups": [{"label": "NEGATIVE", "keywords": ["a$"]}]},
        {"kind": "combined", "name": "c", "label": "POSITIVE", "conditions": [condition, between, between, condition]},
        {"kind": "python", "name": "d", "target": "their.lfs:d"},
        {
            "kind": "threshold",
            "name": "e",
            "enabled": False,
            "signal": "polarity",
            "op": ">",
            "threshold": 0,
            "label": "POSITIVE",
        },
        {"kind": "threshold", "name": "f", "signal": "stated_stars", "op": ">", "threshold": 3, "label": "POSITIVE"},
    ]
    sets = [*map(read_lf_set, SHIPPED), LFSet.model_validate({"name": '"""', "lfs": odd})]
    for i, lf_set in enumerate(sets):
        (tmp_path / f"lfs{i}.py").write_text(snorkel_module(lf_set), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", PROJECT / "pyproject.toml", tmp_path]
    for command in (["format", "--check", "--diff"], ["check"]):
        done = subprocess.run([*ruff, *command, *config], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_notes_are_in_the_docstring(dataset: Dataset) -> None:
    notes = {"tags": ["a", '"""'], "comment": "Ends in \\ and\n\n''' " + '"""', "owner": "ada"}
    lf = {"kind": "threshold", "name": "t", "signal": "polarity", "op": ">", "threshold": 0.1, "label": "POSITIVE"}
    module = loaded(
        LFSet.model_validate(
            {"name": "s", "lfs": [lf | notes, lf | {"name": "u"}, lf | {"name": "v", "comment": 'a "b"'}]}
        )
    )
    said = module.t._f.__doc__
    assert module.v._f.__doc__ == 'a "b"'
    assert all(word in said for word in ("Ends in \\ and", '"""', "Owner: ada")) and module.u._f.__doc__ is None


def test_it_stands_alone(dataset: Dataset, tmp_path: Path) -> None:
    """No word of this library in it, and it runs as a script where the library is not."""
    lf_set = read_lf_set(PROJECT / "lfs" / "recommended.yaml")
    source = snorkel_module(lf_set)
    assert "import weakrec" not in source and "from weakrec" not in source
    (tmp_path / "my_lfs.py").write_text(source, encoding="utf-8")
    snorkel_rows(dataset, "dev", lf_set).iloc[:80].to_parquet(tmp_path / "rows.parquet")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "my_lfs.py", "rows.parquet"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Emp. Acc." in done.stdout and all(name in done.stdout for name in lf_set.names)


def test_rows_come_back_from_parquet_as_python_lfs_want_them(dataset: Dataset, tmp_path: Path) -> None:
    values = [
        {"kind": "python", "name": name, "target": f"python_lfs_to_export:{name}"}
        for name in ("reads_much", "no_review")
    ]
    lf_set = LFSet.model_validate({"name": "mine", "lfs": values})
    module = loaded(lf_set)
    snorkel_rows(dataset, "dev", lf_set).iloc[:N].to_parquet(tmp_path / "rows.parquet")
    rows = module.read_rows(str(tmp_path / "rows.parquet"))
    votes = module_votes(module, rows)
    assert np.array_equal(votes, lf_set.apply(dataset).votes("dev")[:N])
    assert {1, -1} <= set(votes[:, 0]) and {0, -1} <= set(votes[:, 1])


def test_rows_hold_what_any_lf_could_read_and_gold_on_dev_alone(dataset: Dataset) -> None:
    dev, test = (snorkel_rows(dataset, split) for split in ("dev", "test"))
    assert set(dev) - set(test) == {"gold"}
    assert dev["gold"].tolist() == dataset.gold("dev").tolist()
    assert {name for name in SIGNALS if FAMILIES[name].of_rows} | {"crowd-1", "book_idxs", "title"} <= set(test)
    assert "rating" not in dev
    assert dev["book_idxs"].iloc[0].tolist() == dataset.histories.of(dev["user_idx"].iloc[0]).tolist()


def test_rows_for_a_set_hold_the_similarities_that_it_reads(dataset: Dataset) -> None:
    values = {"kind": "similar", "name": "so good", "label": "POSITIVE", "examples": ["so good"], "threshold": 0.2}
    lf_set = LFSet.model_validate({"name": "s", "lfs": [values]})
    rows = snorkel_rows(dataset, "valid", lf_set)
    (column,) = (name for name in rows if name.startswith("similarity_"))
    assert rows[column].isna().equals(rows["review_text"].isna())
    both = [values, {"kind": "column", "name": "c", "column": column}]
    with pytest.raises(SpecError, match=f"LF 'c': another LF has a column '{column}' of its own"):
        snorkel_module(LFSet.model_validate({"name": "s", "lfs": both}))


def test_the_answers_of_a_model_are_a_column(dataset: Dataset, every_column: pd.DataFrame) -> None:
    values = {"kind": "prompt", "name": "good", "prompt": ASKED.prompt, "model": ASKED.model}
    votes = check(LFSet.model_validate({"name": "s", "lfs": [values]}), dataset, every_column)
    assert {-1, 0, 1} == set(votes[:, 0].tolist())


def test_a_column_called_like_another_is_refused(dataset: Dataset) -> None:
    lf_set = LFSet.model_validate({"name": "s", "lfs": [{"kind": "column", "name": "c", "column": "title"}]})
    with pytest.raises(SpecError, match="LF 'c': column 'title' needs another name"):
        snorkel_module(lf_set)


def test_nothing_switched_on_is_nothing_to_export() -> None:
    with pytest.raises(SpecError, match="'none' has no LF that is switched on"):
        snorkel_module(LFSet(name="none", lfs=()))


class ExportedShortReviewLF(ShortReviewLF):
    """The toy with its form in Snorkel."""

    def snorkel_code(self) -> SnorkelCode:
        return SnorkelCode([(f"x.review_length <= {self.most}", self.label)], signals=frozenset({"review_length"}))


def test_a_new_kind_brings_its_export_and_a_new_signal_is_a_column(
    dataset: Dataset, every_column: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    for registry in (SIGNALS, FAMILIES):
        monkeypatch.setitem(registry, "title_length", None)  # so that it is gone afterwards
    row_signal(TITLE_LENGTH)(title_length)
    text = """
name: toys
lfs:
  - {kind: short_review, name: short, most: 60, label: NEGATIVE}
  - {kind: threshold, name: long_title, signal: title_length, op: ">", threshold: 20, label: POSITIVE}
"""
    monkeypatch.setitem(LF_KINDS, "short_review", ExportedShortReviewLF)
    titles = title_length(dataset, dataset.split("dev"))[0]
    votes = check(parse_lf_set(text, "toys.yaml"), dataset, every_column.assign(title_length=titles))
    assert (votes != -1).any(axis=0).all()
    monkeypatch.setitem(LF_KINDS, "short_review", ShortReviewLF)
    with pytest.raises(SpecError, match="LF 'short': kind short_review cannot be exported as Python"):
        snorkel_module(parse_lf_set(text, "toys.yaml"))
