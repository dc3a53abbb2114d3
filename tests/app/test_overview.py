"""The Overview: where the data comes from, as far as the dataset says it."""

import shutil
from collections.abc import Callable, Iterator

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from weakrec_core.data.dataset import SPLITS, open_dataset
from weakrec_core.data.saving import save_dataset
from weakrec_core.labeling.versions import load_version
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture
def saved(demo_workspace: Workspace) -> Iterator[Callable[..., None]]:
    """Save the demo's parts under another name, as a notebook might; gone afterwards."""
    dataset = open_dataset(demo_workspace, "demo")

    def save(**meta: object) -> None:
        rows = pd.concat([dataset.split(split).assign(split=split) for split in SPLITS])
        ids = dataset.user_ids.to_numpy(object)
        save_dataset(demo_workspace, "by_hand", rows, dataset.books, dataset.histories, ids, meta)

    yield save
    shutil.rmtree(demo_workspace.datasets / "by_hand")


def first_step(app: AppTest) -> str:
    return next(m.value for m in app.markdown if "train rows without labels" in m.value)


def test_a_dataset_that_says_nothing_of_its_origin_is_shown(open_page: OpenPage, saved: Callable[..., None]) -> None:
    saved()
    assert first_step(open_page(dataset="by_hand")).startswith("**by_hand**: ")
    data = open_page("pages/data/page.py", dataset="by_hand")
    assert any(c.value.startswith("fingerprint ") for c in data.caption)


def test_what_is_synthetic_is_what_the_dataset_says_and_not_its_name(
    open_page: OpenPage, saved: Callable[..., None]
) -> None:
    assert first_step(open_page(dataset="demo")).startswith("**demo**, from goodreads_reviews_demo.json.gz, ")
    saved(source="demo", files={"reviews": "goodreads_reviews_demo.json.gz"})
    assert first_step(open_page(dataset="by_hand")).startswith("**by_hand**, synthetic demo data: ")


def test_the_next_step_is_the_shipped_set_then_what_comes_after_it(open_page: OpenPage) -> None:
    """A click goes on with it, and the overview is about it."""
    app = open_page(dataset="demo")
    reason = next(m.value for m in app.markdown if m.value.startswith("The set recommended votes on"))
    assert "this one on" in reason
    app.button(key="next_set").click().run()
    assert not app.exception
    assert app.session_state["draft"].base.name == "recommended"
    assert not [m for m in app.markdown if m.value.startswith("The set recommended votes on")]
    assert any("Nothing was trained on this dataset yet" in m.value for m in app.markdown)


def test_a_start_is_chosen_between_the_shipped_sets_until_something_is_done(open_page: OpenPage) -> None:
    app = open_page(dataset="demo")
    assert app.button(key="start_tutorial").disabled  # it is open
    assert any(c.value.startswith("5 LFs · votes on ") for c in app.caption)
    app.button(key="start_recommended").click().run()
    assert app.session_state["draft"].base.name == "recommended"
    assert app.button(key="start_recommended").disabled
    app.session_state["draft"] = app.session_state["draft"].edit(
        load_version(Workspace.from_environment(), "tutorial").lf_set
    )
    app.run()
    assert not [b for b in app.button if b.key in ("start_tutorial", "start_recommended")]


def test_the_tour_goes_over_five_pages_and_can_be_left_at_any(open_page: OpenPage) -> None:
    app = open_page(dataset="demo")
    app.button(key="tour_start").click().run()
    titles = []
    for step in range(1, 6):
        assert f"Tour · {step} of 5" in [c.value for c in app.caption]
        titles.append(app.title[0].value)
        if step < 5:
            app.button(key="tour_next").click().run()
            assert not app.exception
    assert titles == ["Weakrec Workbench", "Labeling functions", "Error analysis", "Training", "Results"]
    assert app.query_params["dataset"] in ("demo", ["demo"])
    app.switch_page("pages/data/page.py").run()  # off the way, it waits
    assert "Tour · 5 of 5" in [c.value for c in app.caption]
    app.button(key="tour_show").click().run()
    assert app.title[0].value == "Results"
    app.button(key="tour_leave").click().run()
    assert not [c for c in app.caption if c.value.startswith("Tour")]
