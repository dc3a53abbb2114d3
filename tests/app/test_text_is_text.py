"""Names from an LF set or the data are text on every page: no image is fetched, nothing becomes a link."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import fmt
from weakrec_core.labeling.lf_set import LFSet

IMAGE = "![x](http://example.com/i.png)"
NAMES = [IMAGE, ":red[red]", "[a](http://b.c)", "www.example.com", "<b>b</b>", "$x$ and $y$", "**b**", "a@b.cc"]


@pytest.mark.parametrize("name", NAMES)
def test_a_literal_keeps_nothing_that_markdown_acts_on(name: str) -> None:
    shown = fmt.literal(name)
    assert shown != name
    read = re.sub(r"\\(?=[^\w\s])", "", shown)  # what Markdown leaves, in which addresses are looked for
    assert read.replace("\u2060", "") == name
    assert not re.search(r"https?://|www\.|@\w", read)
    assert not re.search(r"(?<!\\)[\[\]<>*$@]|(?<!\\):\w", shown)


def test_plain_words_stay_as_they_are() -> None:
    for said in ("LF 'stars_in_review': 5.0 stars (or 4-5), at v2: why not?", "It costs 3.50, a - b."):
        assert fmt.literal(said) == said
    assert fmt.literal("- a\n# b\n1. c") == "\\- a\n\\# b\n1\\. c"


@pytest.mark.parametrize("page", ["labeling_functions", "error_analysis", "label_model", "training", "overview"])
def test_an_lf_called_like_an_image(page: str, open_page: Callable[..., AppTest]) -> None:
    lf = {"kind": "column", "name": IMAGE, "column": IMAGE}
    good = {"kind": "keyword", "groups": [{"label": "POSITIVE", "keywords": ["the"]}]}
    lf_set = LFSet.model_validate({"name": IMAGE, "lfs": [lf, *({"name": f"{i}{IMAGE}"} | good for i in range(3))]})
    app = open_page()
    app.session_state["draft"] = app.session_state["draft"].edit(lf_set)
    app.session_state["selected_lf"] = IMAGE
    app.switch_page(f"pages/{page}/page.py").run()
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.header, app.subheader, app.success)
    texts = [element.value for kind in kinds for element in kind]
    assert not app.exception and texts
    assert not [text for text in texts if "![x](http:" in text]
