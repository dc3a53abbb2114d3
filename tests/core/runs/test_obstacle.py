"""Why a training could not succeed."""

from collections.abc import Callable

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.obstacle import obstacle

LOVED = {"kind": "keyword", "name": "loved", "groups": [{"label": "POSITIVE", "keywords": ["loved"]}]}
TEXTS = ["loved it", "loved", "dull", "long", "loved all", "no"]
MakeDataset = Callable[..., Dataset]


def said(dataset: Dataset, lf: dict[str, object], label_model: str = "auto", preset: str = "recommended") -> str | None:
    applied = LFSet.model_validate({"name": "one", "lfs": [lf]}).apply(dataset)
    return obstacle(applied, label_model, preset=preset)


def test_nothing_stands_in_the_way(make_dataset: MakeDataset) -> None:
    assert said(make_dataset(TEXTS), LOVED) is None


def test_no_lf_is_on(make_dataset: MakeDataset) -> None:
    assert "No LF is on" in str(said(make_dataset(TEXTS), LOVED | {"enabled": False}))


def test_no_lf_votes(make_dataset: MakeDataset) -> None:
    assert "No LF votes on a train row" in str(said(make_dataset(["plain"] * 6), LOVED))


def test_gold_is_missing(make_dataset: MakeDataset) -> None:
    unknown = make_dataset(TEXTS, gold=[-1] * 6)
    assert "No row of dev or test has a gold label" in str(said(unknown, LOVED))
    assert "dev or valid or test" in str(said(unknown, LOVED, preset="tutorial"))


def test_dev_has_one_class(make_dataset: MakeDataset) -> None:
    assert "no NEGATIVE gold label" in str(said(make_dataset(TEXTS, gold=[1] * 6), LOVED))


def test_the_chosen_model_cannot_be_fitted(make_dataset: MakeDataset) -> None:
    assert "3" in str(said(make_dataset(TEXTS), LOVED, label_model="snorkel"))
