"""Making a dataset from the UCSD Goodreads files in the background."""

import streamlit as st

from pages.shared.errors import errors_shown
from weakrec_core.data.download.goodreads_files import Kind, ingest_command
from weakrec_core.data.ingest.ingest_jobs import start_job
from weakrec_core.data.ingest.sources import DATA_VARIABLE, data_folder, offered_files
from weakrec_core.engine.runs_on import engine_arguments
from weakrec_core.workspace import Workspace


def goodreads_files(workspace: Workspace) -> None:
    """The form: files of the server's data folder, which are too large to upload."""
    folder = data_folder()
    offered = {} if folder is None else {n: p for n, p in offered_files(folder).items() if ".json" in n}
    st.markdown(
        "The UCSD Goodreads files (JSON lines, gzip). Without an interactions file the reviews are the interactions; without a "
        "file of the items titles and authors are not known."
    )
    if not offered:
        st.info(
            f"Start the workbench with {DATA_VARIABLE} set to the folder that the files lie in, and they are offered here; or "
            "on the command line:",
            icon=":material/folder:",
        )
        st.code(_COMMANDS, language="bash")
        return
    with st.form("ingest", border=False):
        chosen = {
            kind: place.selectbox(
                label, list(offered), index=None, placeholder="choose a file", key=f"goodreads_{kind}"
            )
            for place, (kind, label) in zip(st.columns(3), _FILES.items(), strict=True)
        }
        left, mid, right = st.columns(3)
        name = left.text_input("Name of the dataset")
        dev_rows = mid.number_input("Dev rows", min_value=1, value=None, step=100, placeholder="a tenth, at most 8,000")
        seed = right.number_input("Seed", min_value=0, value=0)
        skip = st.checkbox("Leave out and count lines that cannot be used, instead of stopping at the first")
        if st.form_submit_button("Make the dataset", type="primary", icon=":material/database:"):
            if chosen[Kind.REVIEWS] is None or not name:
                st.error("The reviews file and a name are needed.")
                return
            files = {kind: offered[file] for kind, file in chosen.items() if file is not None}
            arguments = [*ingest_command(name, files), "--seed", str(seed)]
            arguments += ["--dev-rows", str(dev_rows)] if dev_rows else []
            arguments += ["--skip-bad-lines"] if skip else []
            with errors_shown():
                start_job(workspace, name, [*arguments, *engine_arguments()])
                st.session_state["dataset_to_open"] = name
                st.rerun()


_COMMANDS = """python -m weakrec_core download goodreads --genre young_adult --out DIR
python -m weakrec_core ingest goodreads --reviews FILE --name NAME"""
_FILES = {
    Kind.REVIEWS: "Reviews",
    Kind.BOOKS: "Facts of the items (optional)",
    Kind.INTERACTIONS: "Interactions (optional)",
}
