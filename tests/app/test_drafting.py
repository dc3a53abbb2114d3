"""LFs drafted by a model: what is sent is said before the click; what is right on dev is added as one edit."""

import json
import os
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_error_analysis import texts
from tests.model_server import ModelServer, say
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]
LFS = "pages/labeling_functions/page.py"
HOSTILE_NAME = "[click](http://evil.example)"
FINE = {"kind": "threshold", "name": "fine", "signal": "polarity", "op": ">", "threshold": 0.4, "label": "POSITIVE"}
ANSWER = json.dumps({"lfs": [FINE, FINE | {"name": "glad", "op": ">="}, {"kind": HOSTILE_NAME, "name": HOSTILE_NAME}]})


def test_without_an_operator_it_is_not_there(open_page: OpenPage) -> None:
    assert not any(b.label == "Draft by a model" for b in open_page(LFS).button)


def test_from_rows_to_one_edit(open_page: OpenPage, model_server: ModelServer, demo_workspace: Workspace) -> None:
    model_server.answers = {"": [say(ANSWER)]}
    app = open_page("pages/error_analysis/page.py", kind="wrong")
    app.button(key="draft_from_rows").click().run()
    said = texts(app)
    assert "small-1b" in said and "127" in said and "the reviews of 20 dev rows at most" in said
    app.number_input[0].set_value(3)
    assert not model_server.asked
    next(b for b in app.button if b.label == "Ask").click().run()
    (file,) = demo_workspace.prompt_votes.glob("*/draft.job/process.json")
    os.waitid(os.P_PID, json.loads(file.read_text(encoding="utf-8"))["pid"], os.WEXITED | os.WNOWAIT)
    app.run()
    (body,) = model_server.asked
    assert len(json.loads(body["messages"][1]["content"])["reviews"]) == 3
    said = texts(app)
    assert "3 reviews sent; 100 tokens asked, 5 answered" in said and "1 LF not offered" in said
    assert "http:\u2060//evil.example" in said and HOSTILE_NAME not in said
    names = [lf.name for lf in app.session_state["draft"].lf_set.lfs]
    opened_rows, question = app.session_state["drafting_rows"], app.session_state["drafting_question"]
    app.button(key="add_drafted").click().run()
    draft = app.session_state["draft"]
    assert [lf.name for lf in draft.lf_set.lfs][-2:] in (["glad", "fine"], ["fine", "glad"]) and not app.exception
    assert [lf.name for lf in draft.undo().lf_set.lfs] == names
    assert not any(b.label == "Ask" for b in app.button)
    (reply,) = demo_workspace.prompt_votes.glob("*/reply.json")
    reply.write_text(json.dumps({"why": "not YAML", "asked": 100}), encoding="utf-8")
    app.session_state["drafting_rows"] = opened_rows
    app.session_state["drafting_question"] = question
    app.run()
    assert any("The answer is of no use: not YAML" in e.value for e in app.error) and not app.exception


def test_from_a_sentence_what_fails_is_said(
    open_page: OpenPage, model_server: ModelServer, demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(LFS)
    app.button(key="draft_by_model").click().run()
    next(b for b in app.button if b.label == "Ask").click().run()
    assert any("from a sentence, from rows with a review, or from both" in e.value for e in app.error)
    assert not model_server.asked
    monkeypatch.setenv("WEAKREC_LLM_URL", "ftp://nowhere")
    app.run()
    assert any("not the address of a server" in e.value for e in app.error)
    app.button(key="drafting_close").click().run()
    assert not app.error
