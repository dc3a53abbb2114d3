"""Overview: where the pipeline stands and what to do next. Entry point of the app."""

import streamlit as st

from pages.overview.next import show_next_step
from pages.overview.start import choose_a_start, nothing_done
from pages.router.tour import start_tour
from pages.shared import fmt
from pages.shared.address import page_link
from pages.shared.errors import errors_shown
from pages.shared.states import comparable
from pages.shared.workbench import Workbench, opened
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.noun import counted
from weakrec_core.engine.sampled_train import is_estimated, set_shares
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.jobs.status import ACTIVE
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.runs.listing import list_runs

_NEEDS_GOLD = "Needs a vote on a dev row with gold."


def step(number: int, title: str, page: str, state: str, action: str, **query: str) -> None:
    """One step of the pipeline: what there is, and where to go on."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width=640, gap="xxsmall"):
            st.markdown(f"**{number} · {title}**")
            st.markdown(state)
        page_link(page, action, **query)


def origin(dataset: Dataset) -> str:
    """Where the data comes from, as far as the dataset says it."""
    if dataset.meta.get("source") == "demo":
        return ", synthetic demo data"
    files = dataset.meta.get("files", {})
    return f", from {fmt.literal(', '.join(files.values()))}" if files else ""


def overview(wb: Workbench) -> None:
    """The steps from data to recommendations."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Weakrec Workbench", anchor=False, width="content")
        st.button("Take the tour", icon=":material/explore:", key="tour_start", on_click=start_tour)
    st.markdown(
        f"Train {wb.dataset.noun.a} recommender without rating labels: write labeling functions, combine their votes, train, measure."
    )
    dataset, draft = wb.dataset, wb.draft
    runs = [run for run in list_runs(wb.workspace) if run.config.dataset == dataset.name]
    first = st.container()  # filled last: to find what is best takes longer than to say what there is
    step(
        1,
        "Data",
        "pages/data/page.py",
        f"**{fmt.literal(dataset.name)}**{origin(dataset)}: {dataset.n_users:,} users, {dataset.noun.counted(dataset.n_books)}, "
        f"{dataset.n_rows('train'):,} train rows without labels, {(dataset.gold('dev') >= 0).sum():,} dev rows with gold.",
        "See the data",
    )
    with errors_shown():
        now = set_figures(wb.applied)
        coverage, conflicts = (fmt.estimate(share) for share in set_shares(wb.applied))
        rows = "a sample of the train rows" if is_estimated(wb.applied) else "the train rows"
        unsaved = " with unsaved edits" if draft.dirty else ""
        step(
            2,
            "Labeling functions",
            "pages/labeling_functions/page.py",
            f"**{fmt.literal(draft.base.name)} v{draft.base.number}**{unsaved}: {len(draft.lf_set.active)} LFs on; they vote on "
            f"{coverage} of {rows} and disagree on {conflicts}.",
            "Edit LFs",
        )
        found = buckets(wb.applied).counts
        step(
            3,
            "Error analysis",
            "pages/error_analysis/page.py",
            f"On dev the label model is wrong on {found['wrong']:,} of {found['wrong'] + found['right']:,} rows with a vote; "
            f"no LF votes on {found['uncovered']:,}."
            if comparable(wb)
            else _NEEDS_GOLD,
            "Look into the errors",
        )
        step(
            4,
            "Label model",
            "pages/label_model/page.py",
            f"On dev: AUC **{fmt.number(now.everywhere['auc'])}**, log loss {fmt.number(now.everywhere['log_loss'])}; on the rows "
            f"with a vote {fmt.number(now.covered['auc'])} and {fmt.number(now.covered['log_loss'])}."
            if comparable(wb)
            else _NEEDS_GOLD,
            "Fit",
        )
    summaries = [run.summary() for run in runs]
    active = sum(r["state"] in ACTIVE for r in summaries)
    finished = [r for r in summaries if r["test"]]
    step(
        5,
        "Training",
        "pages/training/page.py",
        f"{counted(len(runs), 'run')} on this dataset, {active} active."
        if runs
        else "Not trained on this dataset yet.",
        "Train",
    )
    newest = f"{len(finished)} finished; the newest is {finished[0]['run']}." if finished else "No finished run yet."
    shown = {"run": finished[0]["run"]} if finished else {}
    step(6, "Results", "pages/results/page.py", newest, "Read test metrics", **shown)
    ready = f"{dataset.noun.many.capitalize()} for a reader, and why." if finished else "Needs a finished run."
    step(7, "Recommendations", "pages/recommendations/page.py", ready, "See recommendations")
    with first, errors_shown():
        show_next_step(wb, runs)
        if nothing_done(wb, runs):
            choose_a_start(wb)


overview(opened())
