"""The form that launches a run."""

import streamlit as st

from pages.shared.errors import errors_shown
from pages.shared.label_settings import chosen_settings, described
from pages.shared.workbench import Workbench
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.fitting import LABEL_MODELS, label_model_title
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import load_version, version_numbers
from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.runs.job import launch
from weakrec_core.runs.store import new_run


def launch_form(wb: Workbench) -> None:
    """The form; a run freezes its inputs as they are now."""
    draft = wb.draft
    versions: dict[int | None, str] = {None: f"As open: {_version(wb, None)}"}
    versions |= {n: f"v{n}" for n in reversed(version_numbers(wb.workspace, draft.base.name))}
    with st.form("launch"):
        st.markdown("**New run**")
        number = st.selectbox(
            "LF set version",
            list(versions),
            format_func=versions.__getitem__,
            key=f"run_version_{draft.base.name}",
            help=f"Of {draft.base.name}; choose another set in the sidebar",
        )
        kind = st.selectbox("Label model", (AUTO, *LABEL_MODELS), format_func=label_model_title, key="run_label_model")
        preset = st.selectbox(
            "Preset",
            list(PRESETS),
            format_func=lambda name: PRESETS[name].title,
            key="run_preset",
            help="  \n".join(f"{preset.title}: {preset.description}" for preset in PRESETS.values()),
        )
        left, mid, right = st.columns(3)
        epochs = left.number_input(
            "Epochs", min_value=1, max_value=500, value=None, placeholder="preset", key="run_epochs", help="At most"
        )
        seed = mid.number_input("Seed", min_value=0, value=0, key="run_seed")
        budget = right.number_input(
            "Minutes",
            min_value=1.0,
            value=None,
            step=1.0,
            format="%g",
            placeholder="no limit",
            key="run_budget",
            help="Training stops after the epoch at hand by then; the run is measured as usual",
        )
        text = st.checkbox(
            "Text model where it helps on dev", True, key="run_text", help="Labels reviews that no LF votes on"
        )
        cut = float(st.session_state.get("min_confidence", 0.5))
        rows = "all rows with a vote" if cut <= 0.5 else f"rows at least {cut:.2f} sure (set on the Label model page)"
        class_balance, snorkel = chosen_settings()
        settings = described(class_balance, snorkel)
        with_settings = f", with {settings} (set on the Label model page)" if settings else ""
        st.caption(
            f"Labels of {rows}{with_settings}. All inputs are frozen when you launch; later edits change nothing."
        )
        if st.form_submit_button("Launch", type="primary", icon=":material/rocket_launch:", key="launch"):
            with errors_shown():
                run = new_run(
                    wb.dataset,
                    _lf_set(wb, number),
                    _version(wb, number),
                    kind,
                    min_confidence=cut,
                    text_model="auto" if text else "off",
                    preset=preset,
                    epochs=epochs,
                    seed=int(seed),
                    budget=budget,
                    class_balance=class_balance,
                    snorkel=snorkel,
                )
                launch(run)
                st.session_state["watched"] = run.id
                st.rerun()


def _version(wb: Workbench, number: int | None) -> str:
    """What a run says it has its labels from; None = the set as it is being edited."""
    draft = wb.draft
    if number is not None:
        return f"v{number}"
    return f"v{draft.base.number}" + (" + unsaved edits" if draft.dirty else "")


def _lf_set(wb: Workbench, number: int | None) -> LFSet:
    if number is None:
        return wb.applied.lf_set
    return wb.applier.usable(load_version(wb.workspace, wb.draft.base.name, number).lf_set)
