"""`label` and `analyze` give what Snorkel gives for the tutorial's own labeling functions."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from snorkel.labeling import LabelingFunction, LFAnalysis, PandasLFApplier, labeling_function
from textblob import TextBlob

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.data.saving import save_dataset
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet

TUTORIAL = Path(__file__).resolve().parents[2] / "lfs" / "tutorial.yaml"

ODD_TEXTS: list[str | None] = [
    None, "", " ", "\n", "\0", "nan", "None",
    "5 stars", "FIVE STARS!!!", "4.5 Stars", "5 star", "4-star read", "5/5", "★★★★★", "not 5 stars", "I gave it five  stars",
    "One star.", "1 stars", "3.5 STARS", "2 out of 5", "3 out of 5 or 5 stars?", "five stars, no: one star",
    "4.1 stars", "this one started slowly", "Book 2 starts where it ended", "1.5 stars", "2/5 stars",  # trap T12
    "İ gave it 5 STARS", "ONE STAR İİİ", "FİVE STARS", "fıve stars", "ﬁve stars", "５ stars",
    "😍😍😍", "❤️ amazing ❤️", "👎👎 terrible", "5\u00a0stars", "5\u200bstars",
    "<b>wonderful</b> <a href='http://example.org'>book</a>", "&lt;awful&gt;", "<br/>" * 50,
    "wonderful " * 3000, "x" * 100_000, "5 stars" + " " * 50_000, "terrible\n" * 500, "a" * 99_999 + " one star",
    "Great!", "great, great, GREAT", "not great", "boring", "It was not bad at all.", "very very very bad",
    "とても面白い", "хорошо", "ممتاز", "\ud7ff\ue000\U0010ffff", "I love\x85it\u2028so much",
]  # fmt: skip


@pytest.fixture(scope="module")
def odd(demo: Dataset) -> Dataset:
    """The demo's rows with odd texts and missing reviews put in, and every fifth author unknown."""
    rng = np.random.default_rng(0)
    parts = [demo.split(split).assign(split=split) for split in SPLITS]
    parts[0]["gold"] = demo.train_gold()
    rows = pd.concat(parts, ignore_index=True).astype({"review_text": object})
    where = rng.permutation(len(rows))
    rows.loc[where[:100], "review_text"] = None
    rows.loc[where[100 : 100 + len(ODD_TEXTS)], "review_text"] = ODD_TEXTS
    for k, at in enumerate(range(400, 1600, 30)):  # and in every split
        rows.loc[where[at : at + 4], "review_text"] = ODD_TEXTS[k % 40]
    books = demo.books.copy()
    books.loc[::5, "first_author"] = None
    user_ids = demo.user_ids.to_numpy(object)
    return save_dataset(demo.workspace, "odd", rows, books, demo.histories, user_ids, {"source": "test"})


def tutorial_lfs(dataset: Dataset) -> list[LabelingFunction]:
    """The tutorial's five labeling functions over rows with user_idx, book_idx, book_idxs and review_text."""
    author_of = dict(enumerate(dataset.books["first_author"]))
    books_of: dict[str, set[int]] = {}
    for book, author in author_of.items():
        books_of.setdefault(author, set()).add(book)

    low = "one star|1 star|two star|2 star|3 star|three star|3.5 star|2.5 star|1 out of 5|2 out of 5|3 out of 5".split(
        "|"
    )
    high = "5 stars|five stars|four stars|4 stars|4.5 stars".split("|")

    @labeling_function(resources={"low": low, "high": high})
    def stars_in_review(x: Any, low: Sequence[str], high: Sequence[str]) -> int:
        if not isinstance(x.review_text, str):
            return ABSTAIN
        for phrase in low:
            if phrase in x.review_text.lower():
                return NEGATIVE
        for phrase in high:
            if phrase in x.review_text.lower():
                return POSITIVE
        return ABSTAIN

    @labeling_function()
    def shared_first_author(x: Any) -> int:
        author = author_of[x.book_idx]
        if not isinstance(author, str):
            return ABSTAIN  # the tutorial's data knows every author
        return POSITIVE if len(set(x.book_idxs) & books_of[author]) > 15 else ABSTAIN

    @cache
    def sentiment_of(text: str) -> tuple[float, float]:
        blob = TextBlob(text)
        return blob.polarity, blob.subjectivity

    def sentiment(x: Any) -> tuple[float, float]:
        """0 and 0 where the tutorial's preprocessor leaves no blob: none of its LFs votes on that."""
        return sentiment_of(x.review_text) if isinstance(x.review_text, str) else (0.0, 0.0)

    @labeling_function()
    def polarity_positive(x: Any) -> int:
        return POSITIVE if sentiment(x)[0] > 0.3 else ABSTAIN

    @labeling_function()
    def subjectivity_positive(x: Any) -> int:
        return POSITIVE if sentiment(x)[1] > 0.75 else ABSTAIN

    @labeling_function()
    def polarity_negative(x: Any) -> int:
        return NEGATIVE if sentiment(x)[0] < 0.0 else ABSTAIN

    return [stars_in_review, shared_first_author, polarity_positive, subjectivity_positive, polarity_negative]


@pytest.fixture(scope="module")
def snorkel_votes(odd: Dataset) -> dict[str, NDArray[np.int64]]:
    """L of every split by PandasLFApplier."""
    histories = [tuple(odd.histories.of(user).tolist()) for user in range(odd.n_users)]
    applier = PandasLFApplier(tutorial_lfs(odd))
    found = {}
    for split in SPLITS:
        rows = odd.split(split)[["user_idx", "book_idx", "review_text"]].astype(object)
        rows["book_idxs"] = [histories[user] for user in rows["user_idx"]]
        found[split] = applier.apply(rows, progress_bar=False)
    return found


def test_every_vote_is_snorkels(odd: Dataset, tutorial: LFSet, snorkel_votes: dict[str, NDArray[np.int64]]) -> None:
    applier = Applier(odd)
    everything = np.concatenate(list(snorkel_votes.values()))
    for j, name in enumerate(tutorial.names):
        assert (everything[:, j] != -1).sum() >= 20, name  # the comparison means something
    assert {0, 1} <= set(everything[:, 0])
    for split in SPLITS:
        L = applier.of(tutorial).votes(split)
        different = np.argwhere(snorkel_votes[split] != L)
        texts = odd.split(split)["review_text"]
        shown = [(tutorial.names[j], int(L[i, j]), str(texts[i])[:80]) for i, j in different[:5]]
        assert not len(different), f"{len(different)} cells of {split} differ, such as {shown}"


def test_label_writes_these_votes(
    odd: Dataset,
    tutorial: LFSet,
    snorkel_votes: dict[str, NDArray[np.int64]],
    cli: Callable[..., Any],
    tmp_path: Path,
) -> None:
    for split in ("dev", "test"):
        done = cli(
            "label", "--dataset", "odd", "--lfs", TUTORIAL, "--split", split, "--out", tmp_path / f"{split}.parquet"
        )
        assert done.status == 0
        votes = pd.read_parquet(tmp_path / f"{split}.parquet")
        assert list(votes.columns) == ["user_id", "book_id", *tutorial.names]
        assert np.array_equal(votes[tutorial.names], snorkel_votes[split])
        assert votes[["user_id", "book_id"]].equals(odd.split(split)[["user_id", "book_id"]])


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_analyze_gives_lf_analysis(
    odd: Dataset, tutorial: LFSet, snorkel_votes: dict[str, NDArray[np.int64]], cli: Callable[..., Any]
) -> None:
    for split in ("dev", "test"):
        done = cli("analyze", "--dataset", "odd", "--lfs", TUTORIAL, "--split", split, "--json")
        assert done.status == 0
        ours = pd.DataFrame(done.json["lfs"])
        theirs = LFAnalysis(snorkel_votes[split], tutorial_lfs(odd)).lf_summary(odd.gold(split).astype(int))
        assert ours["name"].tolist() == theirs.index.tolist()
        assert ours["polarity"].tolist() == theirs["Polarity"].tolist()
        for our_name, their_name in (
            ("coverage", "Coverage"), ("overlaps", "Overlaps"), ("conflicts", "Conflicts"),
            ("correct", "Correct"), ("incorrect", "Incorrect"), ("emp_acc", "Emp. Acc."),
        ):  # fmt: skip
            want = theirs[their_name].where(theirs["Coverage"] > 0) if our_name == "emp_acc" else theirs[their_name]
            np.testing.assert_allclose(ours[our_name].astype(float), want, rtol=0, atol=1e-12, err_msg=our_name)


T12 = {
    "4.1 stars": NEGATIVE,
    "this one started slowly": NEGATIVE,
    "Book 2 starts": NEGATIVE,
    "1.5 stars": POSITIVE,
    "2/5 stars": POSITIVE,
    "not 5 stars": POSITIVE,
    "5 star": ABSTAIN,
    "4-star": ABSTAIN,
    "5/5": ABSTAIN,
}


def test_t12_the_tutorials_stars_are_kept_as_they_are(make_dataset: Any, tutorial: LFSet) -> None:
    """`tutorial.yaml` is the reference to compare with; `recommended.yaml` reads the stars right."""
    votes = Applier(make_dataset(list(T12))).votes(tutorial.lfs[0], "dev")
    assert dict(zip(T12, votes.tolist(), strict=True)) == T12


def test_t13_the_tutorials_author_count_includes_the_book_itself(make_dataset: Any, tutorial: LFSet) -> None:
    """16 books by the author, the one at hand among them, are more than 15."""
    dataset = make_dataset([None] * 17, authors=["a"] * 17, also_read=[range(16), range(15)] + [[]] * 15)
    votes = Applier(dataset).votes(tutorial.lfs[1], "dev")
    assert votes.tolist() == [POSITIVE] + [ABSTAIN] * 16
    assert dataset.histories.lengths[:2].tolist() == [16, 15]
