"""What the Help page has, and links to it."""

import streamlit as st

from pages.shared.address import current_address

# Pages of docs/ by the names of their files: the wheel has these, and the Help page shows them.
TOPICS = {
    "own-data": "Your own data",
    "lf-reference": "Labeling functions",
    "numbers": "How the numbers are made",
    "glossary": "Glossary",
    "command-line": "Command line",
    "exchange": "Export and import",
    "language-model": "A language model",
    "cli-reference": "Commands",
    "performance": "Speed",
    "scaling": "Scale",
    "install": "Install",
    "deployment": "Deployment",
    "troubleshooting": "Troubleshooting",
}
TOPIC = "topic"
NUMBERS = f"[How the numbers are made](Help?{TOPIC}=numbers)"  # for a help mark


def help_link(topic: str, label: str | None = None) -> None:
    """A link to a topic that keeps what is open."""
    st.page_link(
        "pages/help/page.py",
        label=label or TOPICS[topic],
        icon=":material/help:",
        width="content",
        query_params=current_address() | {TOPIC: topic},
    )
