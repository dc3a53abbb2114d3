"""Pages on a dataset of more train rows than they read: a sample first, marked as such, then all of train counted."""

import re
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.router.dataset import forget_datasets
from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.train_sample import VARIABLE
from weakrec_core.engine import train_counter
from weakrec_core.engine.sampled_train import SampleApplier, lf_shares
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.workspace import Workspace

ROWS = 1_500
SAMPLE = r"of a sample of 1,[45]\d\d rows, 95 % intervals in brackets"
PAGE = "pages/labeling_functions/page.py"


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(ROWS))
    forget_datasets()  # and what another test has counted


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def lf_table(app: AppTest) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if "train" in frame.value)


def test_a_sample_first_then_all_of_train(
    open_page: Callable[..., AppTest], demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Callable[[], None]] = []
    monkeypatch.setattr(train_counter, "in_thread", begun.append)
    app = open_page(PAGE)
    dataset, lf_set = open_dataset(demo_workspace, "demo"), app.session_state["draft"].lf_set
    whole = Applier(dataset).of(lf_set)
    exact = set_figures(whole)

    said = re.search(r"Train coverage ([\d.]+) % \[([\d.]+), ([\d.]+)\] and conflicts", captions(app))
    assert said and re.search(SAMPLE, captions(app))
    share, low, high = map(float, said.groups())
    assert low <= 100 * exact.train_coverage <= high and low < share < high
    assert figures(app)["Train coverage"] == f"≈ {share:.1f} %"
    table = lf_table(app)
    assert table["train"].str.fullmatch(r"(≠ )?[\d.]+ % \[[\d.]+, [\d.]+\]").all()
    dev = table.drop(columns=["train"])

    assert not begun  # before the page is drawn nothing takes its time
    applier = app.session_state["workbench"].applier
    assert isinstance(applier, SampleApplier)
    applier.counter.want("a tab", applier.of(lf_set))
    begun.pop()()
    app.run()
    assert not app.exception
    assert f"counted on all {dataset.n_rows('train'):,} rows" in captions(app)
    assert figures(app)["Train coverage"] == f"{100 * exact.train_coverage:.1f} %"
    table = lf_table(app)
    shares = [f"{100 * share.value:.2f} %" for share in lf_shares(whole).values()]
    assert table["train"].str.removeprefix("≠ ").tolist() == shares
    assert table.drop(columns=["train"]).equals(dev)

    app.switch_page("pages/label_model/page.py").run()
    assert not app.exception
    assert "`weakrec fit --engine dask --part-rows 200000` writes them" in captions(app)
    kept = next(metric for metric in app.metric if metric.label == "Rows kept")
    assert kept.value.startswith(f"{whole.patterns('train').counts[whole.patterns('train').covered].sum():,} (")


@pytest.mark.parametrize("page", ["overview", "data", "error_analysis", "training"])
def test_other_pages_know_what_is_a_sample(
    open_page: Callable[..., AppTest], demo_workspace: Workspace, page: str
) -> None:
    app = open_page(f"pages/{page}/page.py")
    n = open_dataset(demo_workspace, "demo").n_rows("train")
    text = captions(app) + " ".join(part.value for part in app.markdown)
    if page == "overview":
        assert re.search(r"vote on [\d.]+ % \[[\d.]+, [\d.]+\] of a sample of the train rows", text)
    elif page == "data":
        assert app.dataframe[0].value["rows"].iloc[0] == n
        app.segmented_control(key="shown_split").set_value("train").run()
        assert "rows of a sample with a review" in captions(app)
    elif page == "training":
        assert f"reads all {n:,} train rows" in text
    else:
        assert re.search(SAMPLE, text)
