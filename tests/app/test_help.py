"""The Help page shows the docs."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.help import TOPICS

OpenPage = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    (text,) = (m.value for m in app.markdown if m.value.startswith("# "))
    return str(text)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The pages that were opened, by topic."""
    return {}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic(open_page: OpenPage, topic: str, texts: dict[str, str]) -> None:
    app = open_page("pages/help/page.py", topic=topic)
    texts[topic] = shown(app)
    assert "<!--" not in texts[topic]
    links = re.findall(r"\]\((?!https?://)([^)]*)\)", texts[topic])
    assert all(re.match(rf"Help\?dataset=demo&draft=\w+&topic=({'|'.join(TOPICS)})$", link) for link in links)
    assert len({text.splitlines()[0] for text in texts.values()}) == len(texts)


def test_an_unknown_topic_is_the_glossary_and_another_is_chosen(open_page: OpenPage) -> None:
    app = open_page("pages/help/page.py", topic="gone")
    assert shown(app).startswith("# Glossary")
    app.button_group(key="help_topic").set_value("numbers").run()
    assert shown(app).startswith("# How the numbers are made")
    assert app.query_params["topic"] in ("numbers", ["numbers"])  # the next run has it as a list


def test_pages_lead_to_it(open_page: OpenPage) -> None:
    app = open_page("pages/labeling_functions/page.py")
    app.button(key="signals").click().run()
    links = [link.proto.query_string for link in app.get("page_link")]
    assert any("topic=lf-reference" in link for link in links)
