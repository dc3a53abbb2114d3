"""What is in the dataset: counts, where it comes from, and a look at the rows."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.data.dataset import RATING_TEXT, SPLITS, Dataset
from weakrec_core.data.gold_by_hand import gold_sentence
from weakrec_core.data.train_part import n_train_reviews, n_train_users
from weakrec_core.data.train_sample import TrainSample
from weakrec_core.runs import test_looks

_SHOWN_ROWS = 200
_COUNTS = 10  # lines of the table of counts before it scrolls


def test_shown(wb: Workbench) -> bool:
    """Whether somebody has asked in this session for the ratings of test."""
    return wb.dataset.data_fingerprint in st.session_state.get("test_shown", ())


def show_test(wb: Workbench) -> None:
    """The button that shows the ratings of test, which counts as a look at them."""
    st.caption(
        "Ratings and gold of test are hidden: LFs written with them in sight would be measured on what they were made of. To "
        "show them is counted as a look at test, and Results and reports say so."
    )
    if st.button("Show test", icon=":material/visibility:", key="show_test"):
        test_looks.record_rows(wb.dataset)
        st.session_state["test_shown"] = {*st.session_state.get("test_shown", ()), wb.dataset.data_fingerprint}
        st.rerun()


def splits_table(wb: Workbench) -> pd.DataFrame:
    """One row a split; gold of train is not shown, nor that of test until asked for: they are not to be looked at."""
    records = []
    for split in SPLITS:
        large = split == "train" and isinstance(wb.applier.dataset, TrainSample)
        gold = wb.applier.dataset.gold(split)
        known = gold >= 0
        records.append(
            {
                "split": split,
                "rows": wb.dataset.n_rows(split),
                **(_of_large_train(wb.dataset) if large else _of_split(wb.dataset, split)),
                "gold": "hidden" if split == "train" else f"{known.sum():,}",
                "positive": "hidden"
                if split == "test" and not test_shown(wb)
                else fmt.percent((gold == 1).sum() / known.sum())
                if known.any()
                else fmt.NONE,
            }
        )
    return pd.DataFrame(records)


def _of_split(dataset: Dataset, split: str) -> dict[str, Any]:
    reviewed = dataset.column(split, "review_text").notna().mean()
    return {"users": dataset.column(split, "user_idx").nunique(), "with review": fmt.percent(reviewed)}


@st.cache_data(max_entries=4, show_spinner="Counting users …", hash_funcs={Dataset: lambda dataset: str(dataset.path)})
def _of_large_train(dataset: Dataset) -> dict[str, Any]:
    """The same of more rows than are read at once."""
    reviewed = n_train_reviews(dataset)
    share = None if reviewed is None else reviewed / dataset.n_rows("train")
    return {"users": n_train_users(dataset), "with review": fmt.percent(share)}


def contents(wb: Workbench) -> None:
    """Counts, and a look at the rows."""
    meta = wb.dataset.meta
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        st.header(f"Splits, by {'time' if wb.dataset.by_time else 'user'}", anchor=False, help=_split_help(wb))
        draw_table(
            splits_table(wb),
            hide_index=True,
            placeholder=fmt.NONE,
            column_config={
                "split": st.column_config.TextColumn("Split"),
                "rows": st.column_config.NumberColumn("Rows", format="localized"),
                "users": st.column_config.NumberColumn("Users", format="localized"),
                "with review": st.column_config.TextColumn("With review", alignment="right"),
                "gold": st.column_config.TextColumn("Gold labels", alignment="right"),
                "positive": st.column_config.TextColumn("POSITIVE", alignment="right"),
            },
            alt="Rows, users and labels of each split",
        )
    with right:
        st.header("Where it comes from", anchor=False)
        counts = {_of_items(wb, key): value for key, value in meta.get("counts", {}).items()}
        dropped = {f"rows dropped: {reason}": n for reason, n in meta.get("dropped", {}).items()}
        skipped = {
            f"lines left out of {kind}: {p}": n
            for kind, problems in meta.get("skipped_lines", {}).items()
            for p, n in problems.items()
            if p not in meta.get("dropped", {})
        }
        known = {what: n for what, n in (counts | dropped | skipped).items() if n}
        table = pd.DataFrame({"What": [*known], "Count": [*known.values()]})
        draw_table(
            table,
            hide_index=True,
            height="content" if len(table) <= _COUNTS else 35 * _COUNTS,
            column_config={
                "What": st.column_config.TextColumn(width=320),
                "Count": st.column_config.NumberColumn(width=80, format="localized"),
            },
            alt="Where the dataset comes from: counts",
        )
        for name, column in wb.dataset.kept_columns.items():
            if column.gives_gold_away:
                st.warning(fmt.literal(column.warning(name)), icon=":material/warning:")
        by_hand = gold_sentence(wb.dataset)
        if by_hand is not None:
            st.info(fmt.literal(by_hand), icon=":material/edit:")
        st.caption(fmt.literal(" · ".join([*_origin(meta), f"fingerprint {wb.dataset.fingerprint[:12]}"])))
    with st.container(horizontal=True, vertical_alignment="top"):
        split = st.segmented_control("Rows of", SPLITS, default="dev", key="shown_split", required=True)
        search = st.text_input("Review contains", key="row_search", width=320, placeholder="any text")
    if split == "test" and not test_shown(wb):
        show_test(wb)
    rows = wb.applier.dataset.split(split)
    sample = " of a sample" if len(rows) < wb.dataset.n_rows(split) else ""
    if search:
        rows = rows[rows["review_text"].str.contains(search, case=False, regex=False, na=False)]
    else:
        rows = rows[rows["review_text"].notna()]
    shown = rows.head(_SHOWN_ROWS)
    books = wb.dataset.books.iloc[shown["book_idx"]].reset_index(drop=True)
    st.caption(
        f"{len(rows):,} rows{sample} with a review{' that contains it' if search else ''}; the first {len(shown):,} below."
    )
    frame = pd.DataFrame(
        {
            "user": shown["user_id"].to_numpy(),
            "title": books["title"],
            "author": books["author_name"].fillna(books["first_author"]),
            "rating": shown.get(RATING_TEXT, shown["rating"]).to_numpy(),
            "review": shown["review_text"].to_numpy(),
        }
    )
    for name in wb.dataset.kept_columns:
        values = wb.applier.dataset.kept(name, split).iloc[shown.index].reset_index(drop=True)
        frame[name if name not in frame else f"{name} (kept)"] = values
    written = RATING_TEXT in shown
    rating = (
        st.column_config.TextColumn("Rating", width=60)
        if written
        else st.column_config.NumberColumn("Rating", width=60, format="%g")
    )
    draw_table(
        frame.drop(columns="rating") if split == "train" or (split == "test" and not test_shown(wb)) else frame,
        hide_index=True,
        height=380,
        placeholder=fmt.NONE,
        column_config={
            "user": st.column_config.TextColumn("User", width=90),
            "title": st.column_config.TextColumn("Title", width=250),
            "author": st.column_config.TextColumn("Author", width=150),
            "rating": rating,
            "review": st.column_config.TextColumn("Review", width="large"),
        },
        alt=f"Rows of {split}",
    )


def _of_items(wb: Workbench, count: str) -> str:
    """What an ingest has counted, in the words of the dataset."""
    return re.sub(r"\bbooks\b", wb.dataset.noun.many, count.replace("_", " "))


def _split_help(wb: Workbench) -> str:
    if not wb.dataset.by_time:
        return "Every user is in one split only."
    return (
        f"Of each user's rated {wb.dataset.noun.many} the last quarter (rounded down, at least one; of a single one none) is held out: "
        "in dev, valid or test, each with users of its own. Histories end before it. Of what was at the same time, the "
        "first in the file counts as the earlier."
    )


def _origin(meta: dict[str, Any]) -> list[str]:
    """What the dataset says of the way it was made."""
    said = []
    if "files" in meta:
        said.append(f"Files: {', '.join(meta['files'].values())}")
    if "positive" in meta:
        said.append(f"ratings from {meta.get('ratings', {}).get('positive', meta['positive'])} on are POSITIVE")
    if meta.get("kept"):
        said.append("kept " + ", ".join(f"{fmt.literal(name)} ({kept['kind']})" for name, kept in meta["kept"].items()))
    if "splits" in meta:
        said.append(f"seed {meta['splits']['seed']}")
    return said
