"""Votes of Python LFs from a process of their own: a slow or broken one does not hold up the page."""

import hashlib
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.jobs.job import Job
from weakrec_core.labeling.base import Votes
from weakrec_core.labeling.kinds import PythonLF
from weakrec_core.labeling.kinds.python import check_allowed, module_source
from weakrec_core.labeling.parsing import dump_lf

_STARTS = 3  # of what is killed each time, say for want of memory, by one server
_started: Counter[Path] = Counter()


class StillRunning(SpecError):
    """The votes are being computed; ask again later."""


def background_votes(dataset: Dataset, lf: PythonLF, split: str) -> Votes:
    """The votes of a Python LF once a process has computed them, kept by the source of its module.

    A process that was killed is started again.

    Raises
    ------
    StillRunning
        While the process is at it; the first call starts it.
    SpecError
        With what made the LF fail, or when its process was killed over and over.
    """
    job = Job(_directory(dataset, lf) / split, f"LF {lf.target}")
    votes = job.path / "votes.parquet"
    with suppress(OSError, ValueError, KeyError, pa.ArrowException):  # not there yet, or damaged: computed anew
        found = np.asarray(pd.read_parquet(votes)[lf.name].to_numpy(np.int8))
        if len(found) == dataset.n_rows(split):
            return found
    status = job.status
    if status is not None and status.state == "failed":
        raise SpecError(status.error or "It failed without a word.")
    if status is None or not status.active:
        if _started[job.path] == _STARTS:
            raise SpecError(f"{lf.target} was killed {_STARTS} times while it was applied to {split}; see {job.path}.")
        _started[job.path] += _start(job, dataset, lf, split, votes)
    raise StillRunning(f"{lf.target} is being applied to {split} in the background.")


def _start(job: Job, dataset: Dataset, lf: PythonLF, split: str, votes: Path) -> bool:
    lf_file = job.path / "lf.yaml"
    files.write_text(lf_file, yaml.safe_dump({"name": "python", "lfs": [dump_lf(lf)]}))
    arguments = ["label", "--dataset", dataset.name, "--fingerprint", dataset.data_fingerprint, "--lfs", str(lf_file)]
    return job.start(dataset.workspace, [*arguments, "--split", split, "--out", str(votes)])


def _directory(dataset: Dataset, lf: PythonLF) -> Path:
    module, _ = lf.target.split(":")
    check_allowed(module)
    source = module_source(module)
    if source is None:
        raise SpecError(f"Module {module!r} cannot be found.")
    digest = hashlib.sha256(f"{dataset.data_fingerprint} {lf.target} ".encode() + source.read_bytes())
    return dataset.workspace.python_votes / digest.hexdigest()[:24]
