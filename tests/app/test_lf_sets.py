"""LF sets as a whole: new, save as, rename and import, from the bar on top."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import open_popover
from tests.app.test_pages import LABELING
from weakrec_core.labeling.drafts import Draft
from weakrec_core.labeling.versions import list_sets, load_version
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture
def app(open_page: OpenPage) -> AppTest:
    return open_page(LABELING)


def draft(app: AppTest) -> Draft:
    found: Draft = app.session_state["draft"]
    return found


def ask(app: AppTest, what: str, name: str) -> None:
    open_popover(app, "icon_sets")
    next(t for t in app.text_input if t.key.startswith("set_name_")).set_value(name).run()
    app.button(key=what).click().run()
    assert not app.exception, app.exception


def take_in(app: AppTest, name: str, content: str) -> None:
    open_popover(app, "icon_sets").file_uploader[0].set_value((name, content.encode(), "text/plain")).run()


def test_save_as_then_rename(app: AppTest, demo_workspace: Workspace) -> None:
    assert open_popover(app, "icon_sets").button(key="rename_set").disabled  # shipped
    lf = draft(app).lf_set.lfs[0]
    next(m for m in app.multiselect if "votes NEGATIVE" in m.label).set_value(["awful"]).run()
    ask(app, "save_as_set", "my_set")
    saved = load_version(demo_workspace, "my_set")
    assert saved.note == "from tutorial v0" and saved.lf_set == draft(app).lf_set
    assert (draft(app).base, draft(app).dirty) == (saved, False)
    assert app.selectbox(key="lf_set").value == "my_set"
    ask(app, "save_as_set", "my_set")
    assert "There is an LF set" in app.error[0].value
    ask(app, "rename_set", "our_set")
    assert "my_set" not in list_sets(demo_workspace)
    assert app.selectbox(key="lf_set").value == "our_set"
    app.button(key="icon_undo").click().run()  # the edit from before
    assert draft(app).lf_set.lfs[0] == lf
    assert draft(app).lf_set.name == "our_set"


def test_a_new_set_starts_without_lfs(app: AppTest) -> None:
    ask(app, "new_set", "from_scratch")
    assert draft(app).lf_set.lfs == () and draft(app).base.number == 1
    assert any("has no LF yet" in i.value for i in app.info)


def test_import_of_a_set_and_of_keywords(app: AppTest, demo_workspace: Workspace) -> None:
    take_in(
        app,
        "theirs.yaml",
        "name: theirs\nlfs:\n- {kind: threshold, name: p, signal: polarity, op: '>', threshold: 0, label: POSITIVE}",
    )
    app.button(key="import_set").click().run()
    assert draft(app).base == load_version(demo_workspace, "theirs")
    take_in(app, "hated.txt", "hated it\nwaste of time\n")
    app.button(key="import_set").click().run()
    assert "say what they vote for" in app.error[0].value.replace("\\", "")
    assert "/tmp" not in app.error[0].value
    next(g for g in app.button_group if g.label == "They vote").set_value("NEGATIVE").run()
    app.button(key="import_set").click().run()
    assert [lf.name for lf in draft(app).lf_set.lfs] == ["p", "hated"]
    assert app.session_state["selected_lf"] == "hated" and draft(app).dirty


def test_what_is_no_set_is_told(app: AppTest, demo_workspace: Workspace) -> None:
    before = list_sets(demo_workspace)
    take_in(app, "broken.yaml", "lfs: [")
    app.button(key="import_set").click().run()
    assert "is not valid YAML" in app.error[0].value
    assert list_sets(demo_workspace) == before
