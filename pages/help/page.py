"""Help: the pages of the docs that explain what the workbench shows, read from the same files as the site."""

import re
from urllib.parse import urlencode

import streamlit as st

from pages.shared.address import current_address
from pages.shared.help import TOPIC, TOPICS
from weakrec_core.files import PROJECT

_WIDTH = 860


def topic_text(topic: str) -> str:
    """The Markdown of a topic; links to other topics lead to this page, where an anchor would be lost."""

    def link(match: re.Match[str]) -> str:
        return f"](Help?{urlencode(current_address() | {TOPIC: match[1]})})"

    text = (PROJECT / "docs" / f"{topic}.md").read_text(encoding="utf-8")
    text = re.sub(r"<!--.*?-->\n", "", text, flags=re.DOTALL)
    return re.sub(rf"\]\(({'|'.join(TOPICS)})\.md(?:#[\w-]+)?\)", link, text)


def _choose() -> None:
    st.query_params[TOPIC] = st.session_state["help_topic"]


asked = st.query_params.get(TOPIC, "")
shown = asked if asked in TOPICS else "glossary"
st.session_state["help_topic"] = shown
st.pills(
    "Topic",
    list(TOPICS),
    format_func=TOPICS.__getitem__,
    key="help_topic",
    on_change=_choose,
    required=True,
    label_visibility="collapsed",
)
with st.container(width=_WIDTH):
    st.markdown(topic_text(shown))
