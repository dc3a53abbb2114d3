"""An LF that asks a language model: added, its question changed, asked in the background; the server is named before that."""

import json
import os
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.app.test_error_analysis import texts
from tests.model_server import ModelServer
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]
PAGE = "pages/labeling_functions/page.py"


def add(app: AppTest) -> AppTest:
    app.radio(key="new_kind").set_value("prompt")
    next(b for b in app.button if b.label == "Add" and b.key != "add").click().run()
    return app


def question(app: AppTest) -> Any:
    return next(area for area in app.text_area if area.label == "Question")


def test_without_an_operator_it_is_off(open_page: OpenPage) -> None:
    app = add(open_page(PAGE))
    assert any("WEAKREC_LLM_URL" in e.value for e in app.error)


def test_asked_from_the_editor(open_page: OpenPage, model_server: ModelServer, demo_workspace: Workspace) -> None:
    app = add(open_page(PAGE))
    assert not app.exception
    said = texts(app)
    assert "small-1b" in said and "127" in said and "0 of" in said
    assert not model_server.asked
    next(n for n in app.number_input if n.label == "Reviews at most").set_value(2)
    next(b for b in app.button if b.label == "Ask").click().run()
    assert not app.exception
    (file,) = demo_workspace.prompt_votes.glob("*/ask.job/process.json")
    os.waitid(os.P_PID, json.loads(file.read_text(encoding="utf-8"))["pid"], os.WEXITED | os.WNOWAIT)
    app.run()
    assert not app.exception and "2 of" in texts(app) and len(model_server.asked) == 2
    question(app).set_value("Did they finish it?").run()
    assert "0 of" in texts(app)
    question(app).set_value(" ").run()
    assert any("an empty prompt asks nothing" in e.value for e in app.error)
