"""The editor of an LF of the kind `prompt`: its question, and asking the model, whose server is named before anything is sent."""

import streamlit as st

from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.errors import errors_shown, sentence
from pages.shared.running.job_progress import job_progress
from pages.shared.workbench import Workbench
from weakrec_core.data.train_sample import TrainSample
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.kinds import PromptLF
from weakrec_core.labeling.prompt_job import ASKED, Asked, ask_job, asked_of, start_asking
from weakrec_core.language_model.asking import Budget
from weakrec_core.language_model.endpoint import needed_endpoint
from weakrec_core.language_model.vote_store import vote_store

_SAMPLE = 1_000  # rows of train that are offered beside all of dev


def prompt_editor(wb: Workbench, lf: PromptLF) -> None:
    """Draw the editor; every change is put on the draft at once, unless it is not valid."""
    key = f"{lf.name}_{wb.revision}"
    st.text_area(
        "Question",
        lf.prompt,
        key=f"prompt_{key}",
        help="Asked about each review; another question has answers of its own",
        on_change=lambda: wb.change(lf, prompt=st.session_state[f"prompt_{key}"]),
    )
    left, right = st.columns(2)
    for column, label in ((left, "positive"), (right, "negative")):
        column.text_input(
            f"Answer that votes {label.upper()}",
            getattr(lf, label),
            key=f"{label}_{key}",
            on_change=_change,
            args=(wb, lf, label, f"{label}_{key}"),
        )
    wb.show_edit_problem(lf.name)
    job = ask_job(wb.dataset, lf)
    status = job.status
    if status is not None and status.active:
        _progress(wb, lf)
        return
    if status is not None and status.state in ("failed", "lost") and status.error:
        st.error(f"{sentence(status.error)} What was answered is kept.", icon=":material/error:")
    asked = {split: asked_of(wb.applier.columns[split], lf) for split in ASKED}
    _how_far(wb, lf, asked)
    _ask(wb, lf, asked["dev"], key)


def _change(wb: Workbench, lf: PromptLF, field: str, key: str) -> None:
    wb.change(lf, **{field: st.session_state[key]})


@st.fragment(run_every=2)
@errors_shown()
def _progress(wb: Workbench, lf: PromptLF) -> None:
    job = ask_job(wb.dataset, lf)
    status = job.status
    if status is None or not status.active:
        st.rerun(scope="app")
    job_progress(job, key="stop_asking", help="What is answered is kept")


def _how_far(wb: Workbench, lf: PromptLF, asked: dict[str, Asked]) -> None:
    of = {split: split for split in asked}
    if isinstance(wb.applier.dataset, TrainSample):
        of["train"] = "a sample of train"
    parts = [f"{told.asked:,} of {told.texts:,} reviews of {of[split]}" for split, told in asked.items()]
    store = vote_store(wb.workspace, lf.question)
    unusable = "".join(f"; {n:,} × {why}" for why, n in store.unusable.most_common())
    st.markdown(f"Asked: {', '.join(parts)}{unusable}. Where it was not asked, the LF abstains.")


def _ask(wb: Workbench, lf: PromptLF, dev: Asked, key: str) -> None:
    try:
        endpoint = needed_endpoint()
    except WeakrecError as e:
        st.info(sentence(e), icon=":material/info:")
        return
    st.caption(f"Reviews will be sent to **{fmt.literal(endpoint.host)}**, model **{fmt.literal(endpoint.model)}**.")
    if lf.model != endpoint.model:
        st.info(f"This LF's answers are those of {fmt.literal(lf.model)}.", icon=":material/info:")
        if st.button(f"Ask {fmt.literal(endpoint.model)} instead", key="other_model"):
            wb.change(lf, model=endpoint.model)
            wb.refresh_widgets()
            st.rerun()
        return
    with st.form(f"ask_{key}", border=False):
        rows = st.number_input(
            "Reviews at most", 1, value=dev.texts - dev.asked + _SAMPLE, help="Dev first, then train"
        )
        tokens = st.number_input("Tokens at most", 1, value=sum(dev.tokens) * 2 + 1_000_000)
        money = None
        if endpoint.prices is not None:
            money = st.number_input("Money at most", 0.01, value=1.0, help="By the prices that the operator set")
        if write_button("Ask", in_form=True, icon=":material/forum:", type="primary"):
            start_asking(wb.dataset, lf, Budget(int(rows), int(tokens), money))
            st.rerun()
