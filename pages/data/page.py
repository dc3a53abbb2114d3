"""Data: what is in the dataset, and making a new one from raw files."""

import re

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.errors import errors_shown
from pages.shared.workbench import Workbench, opened
from weakrec_core.data.dataset import SPLITS
from weakrec_core.data.ingest.ingest_jobs import forget_job, ingest_job, start_job, unfinished_jobs
from weakrec_core.workspace import Workspace

_SHOWN_ROWS = 200


def splits_table(wb: Workbench) -> pd.DataFrame:
    """One row a split; gold of train is not shown: it is not to be looked at."""
    records = []
    for split in SPLITS:
        rows, gold = wb.dataset.split(split), wb.dataset.gold(split)
        known = gold >= 0
        records.append(
            {
                "split": split,
                "rows": len(rows),
                "users": rows["user_idx"].nunique(),
                "with review": rows["review_text"].notna().mean(),
                "gold": "hidden" if split == "train" else f"{known.sum():,}",
                "positive": fmt.percent((gold == 1).sum() / known.sum()) if known.any() else fmt.NONE,
            }
        )
    return pd.DataFrame(records)


def contents(wb: Workbench) -> None:
    """Counts, and a look at the rows."""
    meta = wb.dataset.meta
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        st.subheader("Splits, by user", anchor=False)
        st.dataframe(
            splits_table(wb),
            hide_index=True,
            column_config={
                "rows": st.column_config.NumberColumn(format="localized"),
                "users": st.column_config.NumberColumn(format="localized"),
                "with review": st.column_config.NumberColumn("With review", format="percent"),
                "gold": st.column_config.TextColumn("Gold labels", alignment="right"),
                "positive": st.column_config.TextColumn("POSITIVE", alignment="right"),
            },
        )
    with right:
        st.subheader("Where it comes from", anchor=False)
        counts = {_of_items(wb, key): value for key, value in meta["counts"].items()}
        skipped = {f"lines left out: {p}": n for kind in meta["skipped_lines"].values() for p, n in kind.items()}
        table = pd.DataFrame({"what": [*counts, *skipped], "count": [*counts.values(), *skipped.values()]})
        st.dataframe(
            table,
            hide_index=True,
            height=176,
            column_config={"count": st.column_config.NumberColumn(format="localized")},
        )
        st.caption(
            f"Files: {', '.join(meta['files'].values())} · ratings from {meta['positive']} on are POSITIVE · seed "
            f"{meta['splits']['seed']} · fingerprint {wb.dataset.fingerprint[:12]}"
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control("Rows of", SPLITS, default="dev", key="shown_split", required=True)
        search = st.text_input("Review contains", key="row_search", width=320, placeholder="any text")
    rows = wb.dataset.split(split)
    if search:
        rows = rows[rows["review_text"].str.contains(search, case=False, regex=False, na=False)]
    else:
        rows = rows[rows["review_text"].notna()]
    shown = rows.head(_SHOWN_ROWS)
    books = wb.dataset.books.iloc[shown["book_idx"]].reset_index(drop=True)
    st.caption(
        f"{len(rows):,} rows with a review{' that contains it' if search else ''}; the first {len(shown):,} below."
    )
    frame = pd.DataFrame(
        {
            "user": shown["user_id"].to_numpy(),
            "title": books["title"],
            "author": books["author_name"].fillna(books["first_author"]),
            "rating": shown["rating"].to_numpy(),
            "review": shown["review_text"].to_numpy(),
        }
    )
    st.dataframe(
        frame.drop(columns="rating") if split == "train" else frame,
        hide_index=True,
        height=380,
        column_config={
            "user": st.column_config.TextColumn(width=90),
            "title": st.column_config.TextColumn(width=250),
            "author": st.column_config.TextColumn(width=150),
            "rating": st.column_config.NumberColumn(width=60, format="%g"),
            "review": st.column_config.TextColumn(width="large"),
        },
    )


def _of_items(wb: Workbench, count: str) -> str:
    """What an ingest has counted, in the words of the dataset."""
    return re.sub(r"\bbooks\b", wb.dataset.noun.many, count.replace("_", " "))


def new_dataset(workspace: Workspace) -> None:
    """The form that ingests Goodreads files in the background."""
    with st.form("ingest", border=False):
        st.markdown(
            "UCSD Goodreads files (JSON lines, gzip) on the machine that the workbench runs on. Without an interactions file "
            "the reviews are the interactions; without a books file titles and authors are not known."
        )
        reviews = st.text_input("Reviews file", placeholder="/data/goodreads_reviews_young_adult.json.gz")
        books = st.text_input("Books file (optional)")
        interactions = st.text_input("Interactions file (optional)")
        left, mid, right = st.columns(3)
        name = left.text_input("Name of the dataset")
        dev_rows = mid.number_input("Dev rows", min_value=1, value=None, step=100, placeholder="a tenth, at most 8,000")
        seed = right.number_input("Seed", min_value=0, value=0)
        skip = st.checkbox("Leave out and count lines that cannot be used, instead of stopping at the first")
        if st.form_submit_button("Ingest", type="primary", icon=":material/upload:"):
            if not reviews or not name:
                st.error("The reviews file and a name are needed.")
                return
            arguments = ["ingest", "goodreads", "--reviews", reviews, "--name", name, "--seed", str(seed)]
            arguments += ["--books", books] if books else []
            arguments += ["--interactions", interactions] if interactions else []
            arguments += ["--dev-rows", str(dev_rows)] if dev_rows else []
            arguments += ["--skip-bad-lines"] if skip else []
            with errors_shown():
                start_job(workspace, name, arguments)
                st.rerun()


@st.fragment(run_every=1)
def jobs_in_progress(workspace: Workspace) -> None:
    """Datasets being made: progress, or what went wrong."""
    jobs = unfinished_jobs(workspace)
    st.session_state.setdefault("jobs_seen", set())
    finished = st.session_state["jobs_seen"] - set(jobs)
    st.session_state["jobs_seen"] = {name for name, status in jobs.items() if status.active}
    if finished:
        st.rerun(scope="app")
    for name, status in jobs.items():
        if not status.active:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.error(
                    f"Dataset {name!r} was not made. {status.error or status.stage + '.'}", icon=":material/error:"
                )
                if st.button("Dismiss", key=f"dismiss_{name}"):
                    forget_job(workspace, name)
                    st.rerun(scope="fragment")
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.progress(status.fraction, text=f"{name}: {status.stage}")
                if st.button("Cancel", icon=":material/stop_circle:", key=f"cancel_{name}"):
                    ingest_job(workspace, name).cancel()


wb = opened()
st.title(f"Data :gray[{fmt.literal(wb.dataset.name)}]", anchor=False)
if unfinished_jobs(wb.workspace) or st.session_state.get("jobs_seen"):
    jobs_in_progress(wb.workspace)
with st.expander("New dataset from Goodreads files", icon=":material/add:"):
    new_dataset(wb.workspace)
contents(wb)
