"""The Recommendations page: its states, and what its buttons do to the list and the URL."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from weakrec_core import files
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import test_looks
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.share import share
from weakrec_core.runs.store import Run
from weakrec_core.stats.verdicts import SAME
from weakrec_core.workspace import Workspace

PAGE = "pages/recommendations/page.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="module")
def dataset(demo_workspace: Workspace) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEAKREC_HOME", str(demo_workspace.root))
        return open_dataset(demo_workspace, "demo")


@pytest.fixture(scope="module")
def runs(demo_workspace: Workspace, prepared_runs: Path) -> Iterator[tuple[Run, Run]]:
    """Two finished runs and no others, gone afterwards; the id of the second sorts last."""
    shutil.rmtree(demo_workspace.runs, ignore_errors=True)
    shutil.copytree(prepared_runs / "runs", demo_workspace.runs)
    older, newer = sorted(list_runs(demo_workspace), key=lambda run: run.id)
    yield older, newer
    shutil.rmtree(demo_workspace.runs)
    for kept in (demo_workspace.test_looks, demo_workspace.shares):
        shutil.rmtree(kept, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def workers_ended() -> Iterator[None]:
    """A process that holds a model ends when its worker is released."""
    yield
    from pages.recommendations.recommender import _worker

    processes = [process for process in psutil.Process().children() if "serve" in process.cmdline()]
    assert processes
    _worker.clear()
    assert not any(process.is_running() for process in processes)


def html(app: AppTest) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def titles(app: AppTest) -> list[str]:
    """The titles of the cards, in order."""
    return re.findall(r"<div class='title'><span class='muted'>\d+</span> (.*?)</div>", html(app))


def actions(app: AppTest, kind: str) -> list[str]:
    """The books of the cards' buttons, in order."""
    return [b.key.removeprefix(f"{kind}_") for b in app.button if b.key and b.key.startswith(f"{kind}_")]


def query(app: AppTest, key: str) -> list[str]:
    value = app.query_params.get(key, [])
    return [value] if isinstance(value, str) else list(value)


def test_without_a_run_the_page_says_what_to_do(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert "train one first" in app.info[0].value
    assert not app.error
    assert not app.button


def test_the_first_test_user_is_shown_at_once(open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset) -> None:
    app = open_page(PAGE)
    assert not app.error
    assert len(titles(app)) == 10
    user = dataset.split("test")["user_id"].iloc[0]
    assert app.selectbox(key="rec_user").value == user
    assert not query(app, "user") and not query(app, "run")  # each change of the address is one more press of Back
    read = len(dataset.histories.of(int(dataset.split("test")["user_idx"].iloc[0])))
    assert any(m.value == f"**Has read {read} books**" for m in app.markdown)
    page = html(app)
    assert page.count("likely to like it") == page.count("fits what was read") == 10
    fits = [int(share) for share in re.findall(r"<b>(\d+) %</b> fits what was read", page)]
    assert fits[0] == 100 and fits == sorted(fits, reverse=True)
    assert any(f"**{titles(app)[0].split(' (')[0]}** comes first as it fits best" in m.value for m in app.markdown)
    assert "Because of" in page
    assert "LFs voted on" in page
    app.button(key="icon_next_user").click().run()
    assert query(app, "user") != [user] and query(app, "run")[0] in {run.id for run in runs}
    app.query_params.clear()  # as the browser's way back does
    app.run()
    assert app.selectbox(key="rec_user").value == user


def test_a_link_shows_what_its_run_recommends(open_page: OpenPage, runs: tuple[Run, Run]) -> None:
    secret, _ = share(runs[1], 7)
    app = open_page(share=secret)
    assert not app.error and app.header[0].value == "Recommended books" and len(titles(app)) == 10
    book = actions(app, "like")[0]
    app.button(f"like_{book}").click().run()
    assert query(app, "liked") == [book] and query(app, "share") == [secret] and book not in actions(app, "like")
    app.query_params["user"] = "nobody"
    app.run()
    assert "nobody" in app.error[0].value and app.title[0].value == f"Run {runs[1].id}"


def test_a_rival_that_is_better_is_said_over_the_list(open_page: OpenPage, runs: tuple[Run, Run]) -> None:
    result = runs[0].result
    assert result is not None
    worse = {"rival": "popularity", "value": 0.5, "difference": -0.2, "interval": [-0.3, -0.1], "verdict": "worse"}
    runs[0].write_result(result | {"rivals": {"ndcg@10": worse}})
    try:
        app = open_page(PAGE, run=runs[0].id)
    finally:
        runs[0].write_result(result)
    assert [w.value for w in app.warning] == [
        "Popularity is better for lists: test NDCG@10 -0.200, 95 % interval -0.300 to -0.100."
    ]
    assert test_looks.seen(runs[0])


def test_already_read_and_more_like_this_change_the_list_at_once(
    open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset
) -> None:
    app = open_page(PAGE, run=runs[0].id, book=dataset.books["book_id"].iloc[:2].tolist())
    before = actions(app, "read")
    app.button(key=f"read_{before[0]}").click().run()
    assert before[0] not in actions(app, "read")
    assert query(app, "book")[-1] == before[0]
    second = actions(app, "like")[1]
    app.button(key=f"like_{second}").click().run()
    assert second not in actions(app, "like")
    assert query(app, "liked") == [second]
    for book_id in (before[0], second):
        app.button(key=f"icon_drop_{book_id}").click().run()
    assert actions(app, "read") == before
    assert not query(app, "liked")


def test_a_reader_is_composed_by_a_search_with_typing_errors(
    open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset
) -> None:
    app = open_page(PAGE, run=runs[0].id)
    assert "Search for a book" in app.info[0].value
    assert "readers</div>" in html(app)
    title, book_id = dataset.books["title"].iat[3], dataset.books["book_id"].iat[3]
    word = max(re.findall(r"\w+", title), key=len)
    app.text_input(key="rec_search").set_value(title.replace(word, word[:2] + word[3:])).run()
    app.button(key=f"add_{book_id}").click().run()
    assert query(app, "book") == [book_id]
    assert app.text_input(key="rec_search").value == ""
    assert any(m.value == "**Has read 1 book**" for m in app.markdown)
    assert "likely to like it" in html(app)
    app.text_input(key="rec_search").set_value(title).run()
    assert app.button(key=f"add_{book_id}").disabled
    app.text_input(key="rec_search").set_value("qqqqxxxx").run()
    assert any("No title or author is like that" in c.value for c in app.caption)


def test_beside_popularity_and_another_run(open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset) -> None:
    book = dataset.books["book_id"].iat[0]
    app = open_page(PAGE, run=runs[0].id, book=book, k="5")
    alone = titles(app)
    app.multiselect(key="rec_beside").set_value(["popularity", runs[1].id]).run()
    assert query(app, "beside") == ["popularity", runs[1].id]
    found = titles(app)
    assert found[:5] == alone
    assert len(found) == 15
    assert found[10:] != alone
    assert sum("in common with this run" in c.value for c in app.caption) == 2
    same = open_page(PAGE, run=runs[1].id, book=book, k="5")
    assert titles(same) == found[10:]


def test_the_number_of_books(open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset) -> None:
    app = open_page(PAGE, k="7", user=dataset.user_ids.iat[0])
    assert len(titles(app)) == 7
    app.selectbox(key="rec_k").set_value(20).run()
    assert len(titles(app)) == 20
    assert query(app, "k") == ["20"]


def test_the_presentation_hides_the_tools_and_the_address_is_enough(
    open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset
) -> None:
    book = dataset.books["book_id"].iat[0]
    app = open_page(PAGE, run=runs[0].id, book=book, k="5")
    shown = titles(app)
    app.button(key="present").click().run()
    assert query(app, "present") == ["1"]
    for presented in (app, open_page(PAGE, run=runs[0].id, book=book, k="5", present="1")):
        assert titles(presented) == shown
        assert [b.key for b in presented.button] == ["icon_leave"]
        assert not presented.text_input and not presented.multiselect
        assert "LFs voted on" not in html(presented)
        assert "stSidebar" in html(presented)  # the style that hides it
    app.button(key="icon_leave").click().run()
    assert app.text_input(key="rec_search") is not None
    assert not query(app, "present")


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"run": "nope"}, "There is no run 'nope'"),
        ({"run": "../x"}, "Run name '../x' is not usable"),
        ({"user": "nobody"}, "There is no user 'nobody' in dataset 'demo'."),
        ({"book": "nothing"}, "There is no book 'nothing' in dataset 'demo'."),
        ({"k": "many"}, "k is a number from 1 to 100"),
        ({"k": "0"}, "k is a number from 1 to 100"),
        ({"beside": "nope"}, "There is no run 'nope'"),
    ],
)
def test_a_bad_address_is_one_sentence_and_a_way_out(
    open_page: OpenPage, runs: tuple[Run, Run], bad: dict[str, str], sentence: str
) -> None:
    app = open_page(PAGE, **bad)
    assert sentence in app.error[0].value
    app.button(key="start_over").click().run()
    assert not app.error
    assert len(titles(app)) == 10


def test_a_run_that_is_not_finished_is_not_offered(
    open_page: OpenPage, runs: tuple[Run, Run], demo_workspace: Workspace, tutorial: LFSet, dataset: Dataset
) -> None:
    state = runs[1].status
    runs[1].write_status(Status(state="cancelled"))
    try:
        assert "it is cancelled" in open_page(PAGE, run=runs[1].id).error[0].value
        assert len(open_page(PAGE).selectbox(key="rec_run").options) == 1
    finally:
        runs[1].write_status(state)


def test_readers_are_pinned_in_the_address(open_page: OpenPage, runs: tuple[Run, Run], dataset: Dataset) -> None:
    app = open_page(PAGE)
    app.button(key="icon_pin_user").click().run()
    (first,) = query(app, "pin")
    assert query(app, "user") == [first]
    shown = titles(app)
    app.button(key="icon_next_user").click().run()
    assert titles(app) != shown and query(app, "pin") == [first]
    app.button_group(key="rec_pinned").set_value(first).run()
    assert not app.exception and query(app, "user") == [first] and titles(app) == shown
    app.button(key="icon_pin_user").click().run()
    assert query(app, "pin") == []


def test_the_same_run_without_labels_is_said_or_stands_beside_it_as_valid_has_decided(
    open_page: OpenPage, dataset: Dataset, runs: tuple[Run, Run]
) -> None:
    run, user = runs[1], str(dataset.user_ids.iat[dataset.split("test")["user_idx"].iat[0]])
    asked = {"run": run.id, "user": user, "beside": "without_labels"}
    result = run.result
    assert result is not None and result["blend"]["label_floor"] == 1  # on this small demo
    app = open_page(PAGE, **asked)
    assert "The lists do without labels" in app.info[0].value and "is the same one" in app.info[0].value
    assert len(titles(app)) == 10
    lists = {"with": 0.2, "without": 0.19, "difference": 0.01, "interval": [-0.01, 0.03], "verdict": SAME}
    weighed = result | {"blend": result["blend"] | {"label_floor": 0.3}, "lists": lists}
    try:
        files.write_json(run.path / "result.json", weighed)
        app = open_page(PAGE, **asked)
        assert "NDCG@10 0.200, without labels 0.190" in app.info[0].value
        assert any(m.value == "**This run without labels**" for m in app.markdown)
        assert any("in common with this run" in c.value for c in app.caption)
    finally:
        files.write_json(run.path / "result.json", result)
