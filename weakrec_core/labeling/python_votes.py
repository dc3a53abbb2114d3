"""Votes of Python LFs from a process of their own: a slow or broken one does not hold up the page."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.jobs import processes
from weakrec_core.labeling.base import Votes
from weakrec_core.labeling.kinds import PythonLF
from weakrec_core.labeling.kinds.python import check_allowed
from weakrec_core.labeling.parsing import dump_lf


class StillRunning(SpecError):
    """The votes are being computed; ask again later."""


def background_votes(dataset: Dataset, lf: PythonLF, split: str) -> Votes:
    """The votes of a Python LF once a process has computed them, kept by the source of its module.

    Raises
    ------
    StillRunning
        While the process is at it; the first call starts it.
    SpecError
        With what made the LF fail.
    """
    directory = _directory(dataset, lf) / split
    votes = directory / "votes.parquet"
    if votes.exists():
        return np.asarray(pd.read_parquet(votes)[lf.name].to_numpy(np.int8))
    if processes.started(directory) and not processes.running(directory):
        raise SpecError(processes.last_words(directory))
    if not processes.started(directory):
        lf_file = directory / "lf.yaml"
        with files.atomic(lf_file) as tmp:
            tmp.write_text(yaml.safe_dump({"name": "python", "lfs": [dump_lf(lf)]}), encoding="utf-8")
        arguments = ["label", "--dataset", dataset.name, "--lfs", str(lf_file), "--split", split, "--out", str(votes)]
        processes.start(dataset.workspace, directory, arguments)
    raise StillRunning(f"{lf.target} is being applied to {split} in the background.")


def _directory(dataset: Dataset, lf: PythonLF) -> Path:
    module, _ = lf.target.split(":")
    check_allowed(module)
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):  # of the package that the module is in
        found = None
    if found is None or not found.has_location or found.origin is None:
        raise SpecError(f"Module {module!r} cannot be found.")
    digest = hashlib.sha256(f"{dataset.fingerprint} {lf.target} ".encode() + Path(found.origin).read_bytes())
    return dataset.workspace.python_votes / digest.hexdigest()[:24]
