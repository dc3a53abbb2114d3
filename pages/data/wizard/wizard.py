"""The wizard: a file, its columns, its ratings, what is kept; then a job makes the dataset."""

import re
import shlex
from pathlib import Path

import streamlit as st

from pages.data.wizard.columns import chosen_columns, described_file, preview
from pages.data.wizard.kept import kept_columns, show_kept
from pages.data.wizard.ratings import show_ratings
from pages.data.wizard.rows import show_rows
from pages.data.wizard.source import chosen_file
from pages.shared.errors import errors_shown
from weakrec_core.data.dataset import list_datasets
from weakrec_core.data.ingest.ingest_jobs import start_job
from weakrec_core.data.ingest.look import TableLook
from weakrec_core.data.ingest.scales import Scale
from weakrec_core.data.ingest.table import Columns, ItemFacts, TableConfig, TablePreview, preview_table
from weakrec_core.data.ingest.table_command import table_command
from weakrec_core.data.ingest.table_config import NO_VALUE
from weakrec_core.data.noun import Noun
from weakrec_core.data.splits import SplitConfig
from weakrec_core.engine.runs_on import engine_arguments
from weakrec_core.workspace import Workspace


@st.cache_resource(max_entries=8, show_spinner="Reading the table …")
def previewed(
    path: str, changed: tuple[int, ...], columns: str, config: str, splits: str, facts: str | None, _scratch: Path
) -> TablePreview:
    """`preview_table`, remembered by all that it depends on."""
    return preview_table(
        Path(path),
        Columns.model_validate_json(columns),
        TableConfig.model_validate_json(config),
        SplitConfig.model_validate_json(splits),
        facts=None if facts is None else ItemFacts.model_validate_json(facts),
        scratch=_scratch,
    )


@st.fragment
@errors_shown()
def wizard(workspace: Workspace) -> None:
    """Draw the steps as far as they have come."""
    path = chosen_file(workspace, "table")
    if path is None:
        st.caption(
            "One row a user and item, with a rating. Nothing is made before you have seen what becomes of each row."
        )
        return
    found = described_file(workspace, path, "table")
    facts_file = _facts_file(workspace)
    facts = item_facts = None
    if facts_file is not None:
        facts = described_file(workspace, facts_file, "facts")
        item_facts = ItemFacts(file=facts_file, id=_facts_id(facts), format=facts.format)
    columns = chosen_columns(found, facts)
    if columns is not None:
        columns = kept_columns(found, facts, columns)
    preview(found, columns)
    if columns is None:
        st.info("Choose the columns of the user, the item and the rating.", icon=":material/table_chart:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        positive = st.text_input(
            "POSITIVE from",
            placeholder="found from the scale",
            key="table_positive",
            width=220,
            help="A rating as the table has them (4, 7/10, B, fresh), or a share of the scale (60%)",
        )
        filters, splits = _filters()
    scale, not_rated = st.session_state.get("table_scale"), st.session_state.get("table_not_rated") or ""
    config = TableConfig(
        positive=positive.strip() or None,
        scale=Scale.parse(scale) if scale else None,
        not_rated=_not_rated(not_rated),
        skip_bad_lines=True,
        format=found.format,
        **filters,
    )
    facts_json = None if item_facts is None else item_facts.model_dump_json()
    changed = tuple(file.stat().st_mtime_ns for file in (path, facts_file) if file is not None)
    columns_json, config_json, splits_json = (part.model_dump_json() for part in (columns, config, splits))
    made = previewed(str(path), changed, columns_json, config_json, splits_json, facts_json, workspace.scratch)
    show_ratings(made)
    show_kept(made)
    show_rows(made, path.name)
    _make(workspace, path, columns, config, splits, item_facts)


def _facts_file(workspace: Workspace) -> Path | None:
    with st.popover("Titles and creators are in a second file", icon=":material/join_inner:"):
        return chosen_file(workspace, "facts", "File with one row an item")


def _facts_id(facts: TableLook) -> str:
    guess = facts.roles.get("item")
    index = facts.columns.index(guess) if guess else 0
    return st.selectbox("Its column of the item", facts.columns, index=index, key="facts_id", width=260)


def _filters() -> tuple[dict[str, int | None], SplitConfig]:
    """Limits of users and items, the splits, the scale of plain numbers and what is no rating."""
    with st.popover("Filters, splits, scale", icon=":material/filter_alt:", width="content"):
        left, right = st.columns(2)
        filters: dict[str, int | None] = {
            "min_user_items": int(left.number_input("Items a user has: from", 1, value=1, key="min_user_items")),
            "max_user_items": right.number_input("to", 1, value=None, placeholder="no limit", key="max_user_items"),
            "min_item_users": int(left.number_input("Users an item has: from", 1, value=1, key="min_item_users")),
            "max_item_users": right.number_input("to ", 1, value=None, placeholder="no limit", key="max_item_users"),
        }
        by = st.segmented_control(
            "Split",
            ["user", "time"],
            default="user",
            required=True,
            format_func=lambda by: f"by {by}",
            key="table_split",
            help="By user: each is in one split only. By time: the last quarter of each user's rated rows is held out, in dev, "
            "valid or test; histories end before it.",
        )
        dev_rows = left.number_input(
            "Dev rows with gold", 1, value=None, placeholder="at most 8,000", key="table_dev_rows"
        )
        seed = right.number_input("Seed of the splits", 0, value=0, key="table_seed")
        st.text_input(
            "Scale of plain numbers", placeholder="as their distribution says, such as 1-10", key="table_scale"
        )
        st.text_input(
            "Values that stand for no rating",
            placeholder="as found: 0 beside 1 to 5, or -1",
            key="table_not_rated",
            help=f"With commas between them; {NO_VALUE}: each value is a rating",
        )
    return filters, SplitConfig(by=by, dev_rows=dev_rows, seed=int(seed))


def _not_rated(text: str) -> tuple[str, ...] | None:
    """The values that the field names; None if it is empty."""
    values = [value.strip() for value in text.split(",") if value.strip()]
    return tuple(value for value in values if value != NO_VALUE) if values else None


def _make(
    workspace: Workspace,
    path: Path,
    columns: Columns,
    config: TableConfig,
    splits: SplitConfig,
    facts: ItemFacts | None,
) -> None:
    """Name it and start the job."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        proposed = re.sub(r"\W+", "_", path.name.split(".")[0], flags=re.ASCII).strip("_")[:60] or "table"
        name = st.text_input("Name of the dataset", proposed, key=f"table_name_{proposed}", width=260)
        guess = Noun.guess(columns.item).one
        noun = st.text_input(
            "An item is called", guess, key=f"table_noun_{guess}", width=180, help="film, or mouse/mice: in every text"
        )
        start = st.button("Make the dataset", type="primary", icon=":material/database:", key="make_dataset")
    if name in list_datasets(workspace):
        st.warning(
            f"There is a dataset {name!r}: it would be replaced, and runs on it could no longer recommend.",
            icon=":material/warning:",
        )
    with st.expander("The same on the command line", icon=":material/terminal:"):
        shown = None if facts is None else facts.model_copy(update={"file": Path(facts.file.name)})
        arguments = table_command(name, Path(path.name), columns, config, splits, Noun.parse(noun), shown)
        st.code(shlex.join(["python", "-m", "weakrec_core", *arguments]), language="bash", wrap_lines=True)
    if start:
        command = table_command(name, path, columns, config, splits, Noun.parse(noun), facts)
        start_job(workspace, name, [*command, *engine_arguments()])
        st.session_state["dataset_to_open"] = name
        st.rerun()
