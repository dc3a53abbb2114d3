"""The wizard on the Data page: a file, its columns, its ratings, what is kept; a job makes the dataset."""

import json
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_lf_editor import add
from tests.app.test_pages import LABELING, lf_row
from weakrec_core.data.dataset import list_datasets, open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.ingest_jobs import forget_job, ingest_job
from weakrec_core.data.ingest.sources import DATA_VARIABLE
from weakrec_core.engine.runs_on import SCHEDULER_VARIABLE
from weakrec_core.jobs.job import Job
from weakrec_core.workspace import Workspace

PAGE = "pages/data/page.py"
OpenPage = Callable[..., AppTest]
_WRITTEN = ("4/5", "B+", "rotten", "", "2,5/5", "Not rated")


def raw_table() -> str:
    """Ratings in several notations and columns to keep; a line without a user, and one that comes twice."""
    lines = [
        f"critic {u};m{b};{_WRITTEN[(u + b) % 6]};Ein Satz über den Film, schön und nicht zu kurz, von Nummer {u}{b};"
        f"{80 + 7 * b},5;{('Kino', 'Fernsehen')[u % 2]};{('like', 'dislike', '')[b % 3]}"
        for u in range(40)
        for b in range(u % 3, 12, 3)
    ]
    return (
        "\n".join(["criticName;movieId;originalScore;quote;minutes;seen_in;model", *lines, ";m1;3/5;;;;", lines[0]])
        + "\n"
    )


def texts(app: AppTest) -> str:
    return "\n".join(element.value for kind in ("markdown", "caption", "info", "error") for element in app.get(kind))


def upload(app: AppTest, name: str, content: bytes, key: str = "table_upload") -> None:
    app.file_uploader(key=key).upload(name, content).run()
    assert not app.exception, app.exception


def choice(app: AppTest, label: str) -> str | None:
    return next(box.value for box in app.selectbox if box.label == label)


def ended(job: Job) -> None:
    """Wait for the job's process; it has succeeded."""
    os.waitid(os.P_PID, json.loads((job.path / "process.json").read_text())["pid"], os.WEXITED | os.WNOWAIT)
    assert job.status is not None and job.status.state == "succeeded", job.status


@pytest.fixture
def no_critics_left(demo_workspace: Workspace) -> Iterator[None]:
    yield
    forget_job(demo_workspace, "critics")
    shutil.rmtree(demo_workspace.datasets / "critics", ignore_errors=True)


@pytest.mark.usefixtures("no_critics_left")
def test_from_a_file_to_a_dataset(open_page: OpenPage, demo_workspace: Workspace) -> None:
    app = open_page(PAGE)
    assert "Nothing is made before" in texts(app)
    upload(app, "critics.csv", raw_table().encode("latin-1"))
    roles = {label: choice(app, label) for label in ("User *", "Item *", "Rating *", "Text", "Title")}
    assert roles == {
        "User *": "criticName",
        "Item *": "movieId",
        "Rating *": "originalScore",
        "Text": "quote",
        "Title": None,
    }
    n = 160
    assert f"**{n + 2:,}** rows read = **" in texts(app)
    assert "**2** dropped" in texts(app)
    dropped = next(d.value for d in app.dataframe if "Dropped, as each" in d.value)
    assert dict(zip(dropped["Dropped, as each"], dropped["Such as line"], strict=True)) == {
        "has no criticName": "162",
        "repeats a user and item": "163",
    }
    notations = next(d.value for d in app.dataframe if "Notation" in d.value)
    assert {"out of 5", "grade", "word"} == set(notations["Notation"])
    odd = next(d.value for d in app.dataframe if "It" in d.value)
    assert odd["Value"].tolist() == ["Not rated"]
    assert app.text_input(key="table_noun_movie").value == "movie"
    for label, column in (("signals", "minutes"), ("categories", "seen_in"), ("votes", "model")):
        next(box for box in app.multiselect if box.label == f"Keep as {label}").select(column)
    app.run()
    assert "Kept: minutes as signal: known in " in texts(app) and "model as votes: known in " in texts(app)
    assert not app.warning
    (command,) = (shlex.split(code.value) for code in app.code)
    assert command[:6] == ["python", "-m", "weakrec_core", "ingest", "table", "critics.csv"]
    assert "--signal minutes --category seen_in --votes model" in " ".join(command)

    app.button(key="make_dataset").click().run()
    assert f"**{n + 2:,}** rows read = **" in texts(app)  # the wizard stays as it was, to be mended if the job fails
    ended(ingest_job(demo_workspace, "critics"))
    dataset = open_dataset(demo_workspace, "critics")
    assert dataset.noun.many == "movies"
    assert (
        dataset.meta["read"]
        == n + 2
        == sum(dataset.meta["dropped"].values())
        + (dataset.meta["ratings"]["parsed"] + dataset.meta["ratings"]["not_rated"])
    )
    app.run()
    assert app.query_params["dataset"] in ("critics", ["critics"])
    assert any("'critics' is made and open" in s.value for s in app.success)

    app = add(open_page(LABELING, dataset="critics"), "category", "where")
    positive, negative = (box for box in app.multiselect if box.label.startswith("Values that vote"))
    assert len(positive.value) == 1
    votes = next(d.value for d in app.dataframe if "Votes" in d.value).set_index("Value")["Votes"]
    assert dict(votes) == {value: "POSITIVE" if value in positive.value else "–" for value in ("Kino", "Fernsehen")}
    other = ({"Kino", "Fernsehen"} - set(positive.value)).pop()
    negative.set_value([other]).run()
    assert int(lf_row(app, "where")["n"]) == dataset.n_rows("dev")
    app = app.multiselect(key=positive.key).set_value([]).run()
    assert not app.exception and app.session_state["draft"].lf_set.lfs[-1].negative == (other,)


def test_what_is_needed_is_asked_for(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    upload(app, "t.csv", b"aa,bb,cc\nx,y,z\n")
    assert "Choose the columns of the user, the item and the rating." in texts(app)
    assert not [button for button in app.button if button.key == "make_dataset"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04 not a zip"])
def test_a_file_without_a_table_is_one_sentence(content: bytes, open_page: OpenPage, demo_workspace: Workspace) -> None:
    app = open_page(PAGE)
    there = list_datasets(demo_workspace)
    upload(app, "bad.zip" if content.startswith(b"PK") else "bad.csv", content)
    (error,) = app.error
    assert error.value.count(". ") == 0 and "bad." in error.value
    assert str(demo_workspace.root) not in error.value
    assert list_datasets(demo_workspace) == there


def test_facts_of_items_come_from_a_second_file_of_the_servers_folder(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    ratings = [(f"u{u}", f"i{b}", 1 + (u * b) % 5) for u in range(30) for b in range(10)]
    pd.DataFrame(ratings, columns=["user_id", "item_id", "rating"]).to_parquet(tmp_path / "ratings.parquet")
    facts = [(f"i{b}", f"Title {b}", f"Maker {b % 3}") for b in range(10)]
    pd.DataFrame(facts, columns=["item_id", "title", "author"]).to_csv(tmp_path / "items.csv", index=False)
    app = open_page(PAGE)
    app.selectbox(key="table_folder").set_value("ratings.parquet").run()
    assert "**300** rows read = **300** rated" in texts(app)
    app.selectbox(key="facts_folder").set_value("items.csv").run()
    assert not app.exception and not app.error
    assert (choice(app, "Title"), choice(app, "Creator"), app.selectbox(key="facts_id").value) == (
        "title",
        "author",
        "item_id",
    )
    more = [*ratings, ("u0", "i0", 3)]
    pd.DataFrame(more, columns=["user_id", "item_id", "rating"]).to_parquet(tmp_path / "ratings.parquet")
    app.run()
    assert "**301** rows read = **300** rated" in texts(app)  # the file as it is now
    app.text_input(key="table_positive").set_value("nonsense").run()
    assert "'nonsense' as the lowest POSITIVE rating" in app.error[0].value
    app.text_input(key="table_positive").set_value("60%").run()
    assert "60%" in texts(app)
    assert "--items items.csv --items-id item_id" in app.code[0].value


@pytest.fixture
def no_shelf_left(demo_workspace: Workspace) -> Iterator[None]:
    yield
    forget_job(demo_workspace, "shelf")
    shutil.rmtree(demo_workspace.datasets / "shelf", ignore_errors=True)


@pytest.mark.usefixtures("no_shelf_left")
def test_goodreads_files_of_the_servers_folder(
    open_page: OpenPage, demo_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = write_demo(tmp_path, users=50)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    app = open_page(PAGE)
    app.button_group(key="new_dataset_from").set_value("Goodreads files").run()
    submit = next(button for button in app.button if button.label == "Make the dataset")
    submit.click().run()
    assert "The reviews file and a name are needed." in [error.value for error in app.error]
    for kind in ("reviews", "books"):
        app.selectbox(key=f"goodreads_{kind}").set_value(raw[kind].name)
    next(box for box in app.text_input if box.label == "Name of the dataset").set_value("shelf")
    next(button for button in app.button if button.label == "Make the dataset").click().run()
    assert not app.exception and not app.error
    ended(ingest_job(demo_workspace, "shelf"))
    assert open_dataset(demo_workspace, "shelf").meta["files"] == {
        kind: raw[kind].name for kind in ("reviews", "books")
    }


def test_where_signals_are_computed_is_said(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Signals are computed on this machine" in texts(open_page(PAGE))
    pytest.importorskip("distributed", reason="requirements-dask.txt is not installed")
    monkeypatch.setenv(SCHEDULER_VARIABLE, "nonsense://127.0.0.1:1")
    (said,) = (warning.value for warning in open_page(PAGE).warning if "scheduler" in warning.value)
    assert said.startswith("No dask scheduler answers at nonsense")


def test_two_scales_in_one_column_are_asked_about(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    rated = [1 + (u + i) % 5 if u % 3 else 10 * (1 + (u + i) % 10) for u in range(60) for i in range(6)]
    lines = [f"u{n // 6},i{n % 6},{rating}\n" for n, rating in enumerate(rated)]
    upload(app, "two.csv", f"user,item,rating\n{''.join(lines)}".encode())
    (error,) = app.error
    assert (
        "two.csv look like two scales in one column, from 1 to 5 and from 10 to 100; name the scale that counts"
        in error.value
    )
    app.text_input(key="table_scale").input("1-5").run()
    assert not app.error and not app.exception and "of the rated rows are POSITIVE" in texts(app)
