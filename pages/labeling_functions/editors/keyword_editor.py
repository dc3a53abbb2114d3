"""The editor of a keyword LF: its groups in order, keywords as chips, and what each keyword does."""

from typing import Any, get_args

import pandas as pd
import streamlit as st

from pages.shared.bar.popover import in_popover
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.labeling.keywords import keyword_table
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.word_stems import Stemmer

_MODES = ["substring", "word", "regex"]
_MANY = 150  # more chips than this are slow to draw and hard to read: a text box instead
_HELP = """**substring**: anywhere in the review, as in the tutorial  \n**word**: whole words of any script  \n
**regex**: RE2 syntax, linear in the text; look-around and back-references are not supported"""


def keyword_editor(wb: Workbench, lf: KeywordLF) -> None:
    """Draw the editor; every change is put on the draft at once, unless it is not valid."""
    key = f"{lf.name}_{wb.revision}"
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    row.segmented_control(
        "Match",
        _MODES,
        default=lf.match,
        key=f"match_{key}",
        required=True,
        help=_HELP,
        on_change=lambda: wb.change(lf, match=st.session_state[f"match_{key}"], stem=None),
    )
    if lf.match == "word" and not lf.case_sensitive:
        row.selectbox(
            "Word forms",
            [None, *get_args(Stemmer)],
            index=[None, *get_args(Stemmer)].index(lf.stem),
            format_func=lambda stem: "as written" if stem is None else stem.capitalize(),
            key=f"stem_{key}",
            width=170,
            help="With a language a keyword finds all words of its stem: *bored* finds *boring*, too",
            on_change=lambda: wb.change(lf, stem=st.session_state[f"stem_{key}"]),
        )
    row.checkbox(
        "Case-sensitive",
        lf.case_sensitive,
        key=f"case_{key}",
        disabled=lf.stem is not None,
        on_change=lambda: wb.change(lf, case_sensitive=st.session_state[f"case_{key}"]),
    )
    for i in range(len(lf.groups)):
        _group(wb, lf, i, key)
    wb.show_edit_problem(lf.name)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption("The first group with a hit votes.", width="content")
        if st.button("Add group", icon=":material/add:", type="tertiary", key=f"add_group_{key}"):
            groups = _groups(lf)
            label = "POSITIVE" if groups[-1]["label"] == "NEGATIVE" else "NEGATIVE"
            _restructure(wb, lf, [*groups, {"label": label, "keywords": ["new keyword"]}])
    _table(wb, lf)


def _group(wb: Workbench, lf: KeywordLF, i: int, key: str) -> None:
    group = lf.groups[i]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = f"{i + 1}. votes {group.label}"
        name = f"group_{i}_{key}"
        if len(group.keywords) > _MANY:
            st.text_area(
                label,
                "\n".join(group.keywords),
                key=name,
                height=160,
                help="One keyword a line",
                on_change=lambda: _set_keywords(wb, lf, i, _lines(st.session_state[name])),
            )
        else:
            st.multiselect(
                label,
                group.keywords,
                default=group.keywords,
                key=name,
                accept_new_options=True,
                placeholder="Type a keyword and press Enter",
                help="Type a keyword and press Enter; × takes one away",
                wrap=True,
                on_change=lambda: _set_keywords(wb, lf, i, st.session_state[name]),
            )
        in_popover(
            lambda: _group_menu(wb, lf, i, key),
            f"More on group {i + 1}",
            icon=":material/more_vert:",
            help="Paste many, change label, move, remove",
            key=f"icon_group_{i}_{key}",
        )


def _group_menu(wb: Workbench, lf: KeywordLF, i: int, key: str) -> None:
    groups = _groups(lf)
    pasted = st.text_area("Paste keywords, one a line", key=f"paste_{i}_{key}", height=120, persist_state="page")
    if st.button("Add them", key=f"paste_add_{i}_{key}", type="primary", width="stretch"):
        groups[i]["keywords"] = list(dict.fromkeys([*groups[i]["keywords"], *_lines(pasted)]))
        _restructure(wb, lf, groups)
    other = "NEGATIVE" if lf.groups[i].label == "POSITIVE" else "POSITIVE"
    if st.button(f"Vote {other} instead", key=f"flip_{i}_{key}", width="stretch"):
        groups[i]["label"] = other
        _restructure(wb, lf, groups)
    if st.button("Move up", key=f"up_{i}_{key}", width="stretch", disabled=i == 0):
        groups[i - 1], groups[i] = groups[i], groups[i - 1]
        _restructure(wb, lf, groups)
    if st.button("Remove group", key=f"remove_{i}_{key}", width="stretch", disabled=len(groups) == 1):
        _restructure(wb, lf, groups[:i] + groups[i + 1 :])


def _table(wb: Workbench, lf: KeywordLF) -> None:
    """What each keyword does on dev, the harmful and useless ones first."""
    table = keyword_table(wb.applier, lf, wb.dataset.gold("dev"))
    order = table["verdict"].map({"harmful": 0, "useless": 2, "": 1})
    table = table.assign(order=order).sort_values(["order", "hits"], ascending=[True, False], kind="stable")
    shown = pd.DataFrame(
        {
            "Keyword": table["keyword"],
            "Votes": table["label"],
            "Hits": table["hits"],
            "Unique": table["unique"],
            "Correct": table["correct"],
            "Incorrect": table["incorrect"],
            "": table["verdict"].map({"harmful": "▼ harmful", "useless": "no hit", "": ""}),
        }
    )
    draw_table(
        shown,
        hide_index=True,
        height="content" if len(shown) <= 8 else 300,
        column_config={
            "Keyword": st.column_config.TextColumn(width=170),
            "Hits": st.column_config.NumberColumn(help="Dev rows whose review contains it"),
            "Unique": st.column_config.NumberColumn(help="Hits that no other keyword of this LF has"),
            "Correct": st.column_config.NumberColumn(help="Hits whose gold is the label that it votes"),
            "": st.column_config.TextColumn(help="harmful: its accuracy lies below the base rate of its label"),
        },
        alt="Keywords of this LF and their hits on dev",
    )


def _set_keywords(wb: Workbench, lf: KeywordLF, i: int, keywords: list[str]) -> None:
    groups = _groups(lf)
    groups[i]["keywords"] = keywords
    wb.change(lf, groups=groups)


def _restructure(wb: Workbench, lf: KeywordLF, groups: list[dict[str, Any]]) -> None:
    wb.change(lf, groups=groups)
    if st.session_state.get("edit_problem") is None:
        wb.refresh_widgets()
    st.rerun()


def _groups(lf: KeywordLF) -> list[dict[str, Any]]:
    return [{"label": g.label, "keywords": list(g.keywords)} for g in lf.groups]


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
