"""What launches a run."""

import streamlit as st

from pages.people.write_button import write_button
from pages.shared.errors import errors_shown, sentence
from pages.shared.label_settings import choose_label_model, chosen_settings, described
from pages.shared.workbench import Workbench
from weakrec_core.engine.sampled_train import sampled
from weakrec_core.errors import WeakrecError
from weakrec_core.label_model.label_train import recommended_kind
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.versions import load_version, version_numbers
from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.runs.job import launch
from weakrec_core.runs.obstacle import obstacle
from weakrec_core.runs.run_config import TextChoice
from weakrec_core.runs.store import new_run

_BYTES_A_ROW = 300  # of train, in memory: see docs/scaling.md


def launch_form(wb: Workbench) -> None:
    """What a run is made of; it freezes its inputs as they are when it is launched."""
    draft = wb.draft
    versions: dict[int | None, str] = {None: f"As open: {_version(wb, None)}"}
    versions |= {n: f"v{n}" for n in reversed(version_numbers(wb.workspace, draft.base.name))}
    class_balance, snorkel = chosen_settings()
    with st.container(border=True):
        st.markdown("**New run**")
        number = st.selectbox(
            "LF set version",
            list(versions),
            format_func=versions.__getitem__,
            key=f"run_version_{draft.base.name}",
            help=f"Of {draft.base.name}; choose another set in the sidebar",
        )
        try:
            applied = _applied(wb, number)
        except WeakrecError as e:
            st.error(f"{sentence(e)} Choose another version.", icon=":material/error:")
            return
        kind = choose_label_model(_recommended(applied, class_balance, snorkel))
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
        settings = described(class_balance, snorkel)
        with_settings = f", with {settings} (set on the Label model page)" if settings else ""
        st.caption(
            f"Labels of {rows}{with_settings}. All inputs are frozen when you launch; later edits change nothing."
        )
        if sampled(applied) is not None:
            n_gigabytes = wb.dataset.n_rows("train") * _BYTES_A_ROW / 1e9
            st.caption(
                f"A run reads all {wb.dataset.n_rows('train'):,} train rows in a process of its own: at least {n_gigabytes:,.1f} GB of memory."
            )
        text_model: TextChoice = "auto" if text else "off"
        with st.spinner("Fitting the label model …"):
            problem = obstacle(
                applied, kind, class_balance, snorkel, preset=preset, min_confidence=cut, text_model=text_model
            )
        if problem is not None:
            st.warning(f"{sentence(problem)} So a run cannot succeed.", icon=":material/block:")
        if write_button(
            "Launch",
            type="primary",
            icon=":material/rocket_launch:",
            key="launch",
            disabled=problem is not None,
            help=problem,
        ):
            with errors_shown():
                run = new_run(
                    wb.dataset,
                    applied.lf_set,
                    _version(wb, number),
                    kind,
                    min_confidence=cut,
                    text_model=text_model,
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


def _recommended(applied: AppliedSet, prior: float | None, config: SnorkelConfig) -> str | None:
    """What ``auto`` means for these LFs; None where there is nothing to compare on."""
    try:
        with st.spinner("Fitting the label models …"):
            return recommended_kind(applied, prior, config) if applied.active else None
    except WeakrecError:
        return None


def _version(wb: Workbench, number: int | None) -> str:
    """What a run says it has its labels from; None = the set as it is being edited."""
    draft = wb.draft
    if number is not None:
        return f"v{number}"
    return f"v{draft.base.number}" + (" + unsaved edits" if draft.dirty else "")


def _applied(wb: Workbench, number: int | None) -> AppliedSet:
    if number is None:
        return wb.applied
    return wb.applied_of(load_version(wb.workspace, wb.draft.base.name, number).lf_set)
