"""A similar-LF from rows: its threshold is the best on dev, and its worth leaves the examples' users out."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.suggestions.similar_rows import best_cut, propose_similar, worth
from weakrec_core.text_vectors.registry import installed_vectors


@pytest.fixture
def reviews(make_dataset: Callable[..., Dataset]) -> Dataset:
    """A third are of one kind and POSITIVE, the others of another and mostly NEGATIVE."""
    words = np.random.default_rng(0).permuted(np.tile(np.arange(40), (240, 1)), axis=1)
    texts = [" ".join(f"{'warm' if i % 3 == 0 else 'cold'}{w}" for w in row[:12]) for i, row in enumerate(words)]
    return make_dataset(texts, gold=[int(i % 3 == 0 or i % 11 == 0) for i in range(240)])


def test_more_like_a_row(reviews: Dataset, tutorial: LFSet) -> None:
    applied = Applier(reviews).of(tutorial)
    found = propose_similar(applied, (3,))
    assert {p.lf.vectors for p in found} == set(installed_vectors())
    best = found[0]
    assert best.lf.name == "like_positive_1" and best.lf.label == "POSITIVE"
    texts, gold = reviews.split("dev")["review_text"].tolist(), reviews.gold("dev")
    assert best.lf.examples[0] == texts[3] and len(best.lf.examples) == 21 and len(best.lf.unlike) == 20
    assert {gold[texts.index(text)] for text in best.lf.examples} == {POSITIVE}
    assert {gold[texts.index(text)] for text in best.lf.unlike} == {NEGATIVE}
    assert sorted(texts[row] for row in best.rows) == sorted([*best.lf.examples, *best.lf.unlike])
    assert best.held_out.n >= 10 and best.held_out.lower_lift > 0.2
    assert found == sorted(found, key=lambda p: -p.held_out.lower_lift)
    against = propose_similar(applied, (3,), NEGATIVE, "tfidf")[0].lf
    assert against.label == "NEGATIVE" and against.unlike != best.lf.unlike


def test_the_examples_users_do_not_count(reviews: Dataset, tutorial: LFSet) -> None:
    applied = Applier(reviews).of(tutorial)
    lf = propose_similar(applied, (3,), vectors="tfidf")[0].lf
    lf = lf.model_copy(update={"examples": lf.examples[:1], "unlike": (), "threshold": 0.99})
    assert (worth(applied, lf).n, worth(applied, lf, [3]).n) == (1, 0)
    gold = reviews.gold("dev")
    everywhere = worth(applied, lf.model_copy(update={"threshold": -1.0}))
    assert (everywhere.n, everywhere.correct) == (240, (gold == POSITIVE).sum())
    assert everywhere.lift == pytest.approx(0)


def test_a_name_that_is_free(reviews: Dataset) -> None:
    applier = Applier(reviews)
    lf = propose_similar(applier.of(LFSet(name="s", lfs=())), (3,), vectors="tfidf")[0].lf
    assert (
        propose_similar(applier.of(LFSet(name="s", lfs=(lf,))), (6,), vectors="tfidf")[0].lf.name == "like_positive_2"
    )


def test_rows_without_a_review(make_dataset: Callable[..., Dataset], tutorial: LFSet) -> None:
    applied = Applier(make_dataset([None, " ", "good"])).of(tutorial)
    with pytest.raises(SpecError, match="None of these rows has a review"):
        propose_similar(applied, (0, 1))


@given(st.lists(st.tuples(st.integers(-10, 10), st.booleans()), min_size=1, max_size=120))
def test_the_cut_is_no_worse_than_any_with_as_many_votes(rows: list[tuple[int, bool]]) -> None:
    values, right = np.array([v / 10 for v, _ in rows]), np.array([r for _, r in rows])

    def low(threshold: float) -> float:
        fires = values >= threshold
        interval = binomtest(int(right[fires].sum()), int(fires.sum())).proportion_ci(method="wilson")
        return float(interval.low)

    cut = best_cut(values, right)
    least, most = min(20, len(values)), max(round(0.3 * len(values)), min(20, len(values)))
    assert (values >= cut).sum() >= least
    ordered = np.sort(values)[::-1]
    assert low(cut) >= low(ordered[least - 1]) - 1e-12 and low(cut) >= low(ordered[most - 1]) - 1e-12
