"""Which file: dropped into the browser, or one of the server's data folder."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from weakrec_core.data.ingest.sources import DATA_VARIABLE, SUFFIXES, data_folder, keep_upload, offered_files
from weakrec_core.workspace import Workspace

_KINDS = "CSV, TSV, JSON, JSON lines, Parquet, xlsx; also gzipped or zipped"


def chosen_file(workspace: Workspace, key: str, label: str = "File") -> Path | None:
    """Ask for a file; None until there is one."""
    folder = data_folder()
    places = st.columns(2) if folder else [st.container()]
    with places[0]:
        uploaded = st.file_uploader(label, SUFFIXES, key=f"{key}_upload", help=_KINDS)
    if uploaded is not None:
        return _kept(uploaded.file_id, uploaded, workspace)
    if folder is None:
        return None
    with places[1]:
        offered = offered_files(folder)
        name = st.selectbox(
            "Or one of the server's data folder",
            list(offered),
            index=None,
            placeholder="choose a file" if offered else "the folder is empty",
            key=f"{key}_folder",
            help=f"The folder that {DATA_VARIABLE} names where the server was started: for files too large to upload",
        )
    return offered[name] if name is not None else None


@st.cache_data(max_entries=64, show_spinner="Keeping the file …")
def _kept(file_id: str, _uploaded: UploadedFile, _workspace: Workspace) -> Path:
    """Where an upload is kept: written once, as a page runs anew at every choice, and a file may be large."""
    return keep_upload(_workspace, _uploaded.name, _uploaded.getvalue())
