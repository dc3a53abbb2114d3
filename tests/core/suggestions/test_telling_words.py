"""Words of a review that speak for a label: by other users' rows, as keywords find them."""

from typing import Any

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.apply import Applier
from weakrec_core.suggestions.telling_words import telling_words


def test_words_speak_by_the_rows_of_other_users(demo: Dataset) -> None:
    applier = Applier(demo)
    dev = demo.split("dev")
    text, users, gold = dev["review_text"], dev["user_idx"].to_numpy(), demo.gold("dev")
    row = int((text.str.len().fillna(0) * (gold == 0)).idxmax())
    found = telling_words(applier, row, "NEGATIVE")
    assert found
    others = users != users[row]
    for one in found:
        assert one.words in text[row].lower()
        rows = applier.keyword_rows(one.words, "word", False)
        rows = rows[others[rows]]
        assert (one.n, one.correct) == (len(rows), int((gold[rows] == 0).sum()))
        assert one.correct / one.n > (gold[others] == 0).mean()


def test_what_is_in_most_reviews_and_what_only_the_row_has_is_not_offered(make_dataset: Any) -> None:
    texts = [f"the {'dull' if i < 6 else 'fine'} {'odd' if i == 0 else 'one'}" for i in range(80)]
    dataset = make_dataset(texts, gold=[int(i >= 6) for i in range(80)])
    found = [one.words for one in telling_words(Applier(dataset), 0, "NEGATIVE")]
    assert "dull" in found and not {"the", "odd", "one"} & set(found)
    assert telling_words(Applier(make_dataset([None, "a"])), 0, "POSITIVE") == []
