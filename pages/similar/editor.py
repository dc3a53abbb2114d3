"""The editor of an LF of the kind `similar`: its examples, vectors and threshold, with histogram and sweep."""

import streamlit as st

from pages.shared.workbench import Workbench
from pages.similar.chart import similarity_chart
from pages.similar.worth import worth_sentence
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.suggestions.similar_rows import worth
from weakrec_core.text_vectors.registry import VECTORIZERS, installed_vectors


def similar_editor(wb: Workbench, lf: SimilarLF) -> None:
    """Draw the editor; every change is put on the draft at once, unless it is not valid."""
    key = f"{lf.name}_{wb.revision}"
    left, mid, right = st.columns([2, 1.6, 1.4])
    labels = ["POSITIVE", "NEGATIVE"]
    left.segmented_control(
        "Votes",
        labels,
        default=lf.label,
        key=f"label_{key}",
        required=True,
        on_change=lambda: wb.change(lf, label=st.session_state[f"label_{key}"]),
    )
    kinds = list(dict.fromkeys([*installed_vectors(), lf.vectors]))
    mid.selectbox(
        "Vectors",
        kinds,
        index=kinds.index(lf.vectors),
        key=f"vectors_{key}",
        format_func=lambda kind: VECTORIZERS[kind].title,
        help="How texts become vectors, whose cosine says how alike they are",
        on_change=lambda: wb.change(lf, vectors=st.session_state[f"vectors_{key}"]),
    )
    right.number_input(
        "Similarity ≥",
        -1.0,
        1.0,
        lf.threshold,
        step=0.01,
        format="%.4g",
        key=f"threshold_{key}",
        help="1 for the same text, about 0 for another subject",
        on_change=lambda: wb.change(lf, threshold=st.session_state[f"threshold_{key}"]),
    )
    wb.show_edit_problem(lf.name)
    if wb.applier.problem(lf) is None:
        picked = similarity_chart(wb, lf, f"sweep_{key}")
        if picked is not None:
            wb.change(lf, threshold=picked)
            wb.refresh_widgets()
            st.rerun()
        st.markdown(worth_sentence(worth(wb.applied, lf), "On dev"))
    with st.expander(f"{len(lf.examples)} examples, {len(lf.unlike)} counterexamples", icon=":material/format_quote:"):
        _texts(wb, lf, "examples", "example", "A review votes where it is like them, taken together.", key)
        _texts(wb, lf, "unlike", "counterexample", "Their mean is taken off: same subject, other label.", key)


def _texts(wb: Workbench, lf: SimilarLF, field: str, noun: str, meaning: str, key: str) -> None:
    texts: tuple[str, ...] = getattr(lf, field)
    st.caption(f"**{noun.capitalize()}s.** {meaning} An emptied one is removed.")
    for i, text in enumerate(texts):
        st.text_area(
            f"{noun.capitalize()} {i + 1}",
            text,
            key=f"{noun}_{i}_{key}",
            height=90,
            label_visibility="collapsed",
            on_change=_set_text,
            args=(wb, lf, field, i, f"{noun}_{i}_{key}"),
        )
    with st.form(f"add_{noun}_{key}", border=False, clear_on_submit=True):
        new = st.text_area(f"Another {noun}", key=f"another_{noun}_{key}", height=68)
        if st.form_submit_button(f"Add {noun}", icon=":material/add:") and new.strip():
            wb.change(lf, **{field: (*texts, new)})
            wb.refresh_widgets()
            st.rerun()


def _set_text(wb: Workbench, lf: SimilarLF, field: str, i: int, key: str) -> None:
    text, texts = st.session_state[key], getattr(lf, field)
    wb.change(lf, **{field: (*texts[:i], *([text] if text.strip() else []), *texts[i + 1 :])})
    if not text.strip():
        wb.refresh_widgets()
