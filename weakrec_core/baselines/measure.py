"""The baselines of a run on the same test bed; those that do not depend on the LFs are kept and not made again."""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from weakrec_core import files
from weakrec_core.baselines.base import Baseline, Inputs
from weakrec_core.baselines.registry import BASELINES
from weakrec_core.errors import DataError
from weakrec_core.evaluation.test_bed import Measured, TestBed
from weakrec_core.packing import read_arrays

_LIBRARY = Path(__file__).parents[1]
_PACKAGES = ("baselines", "data", "evaluation", "rating", "stats")
_LIBRARIES = ("numpy", "scikit-learn", "scipy")


def measure_baselines(bed: TestBed, inputs: Inputs) -> dict[str, Measured]:
    """The figures of every baseline of the registry by its name.

    Raises
    ------
    Stopped
        When `inputs.should_stop` said so.
    DataError
        If no row of dev has a gold label.
    """
    return {name: _measured(bed, inputs, baseline) for name, baseline in BASELINES.items()}


def code_hash(packages: tuple[str, ...], libraries: tuple[str, ...]) -> str:
    """A hash of packages of the library and of the versions of others: other code, other figures."""
    digest = hashlib.sha256(repr([version(name) for name in libraries]).encode())
    for package in packages:
        for path in sorted((_LIBRARY / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _measured(bed: TestBed, inputs: Inputs, baseline: Baseline) -> Measured:
    """The figures of a baseline: where they are kept, read from the workspace if the same was made before."""
    if baseline.uses_labels or not baseline.cached:
        return bed.measure(inputs.fitted(baseline))
    depends_on = dict(inputs.network.settings) if baseline.uses_network else {}
    key = json.dumps([baseline.name, bed.seed, _code(), depends_on], sort_keys=True)
    file = f"{baseline.name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    path = bed.dataset.workspace.baselines / bed.dataset.fingerprint[:20] / file
    try:
        return read_arrays(path, _kept)
    except (FileNotFoundError, DataError):
        found = bed.measure(inputs.fitted(baseline))
    with files.atomic(path) as tmp, tmp.open("wb") as f:
        p_positive = np.empty(0) if found.p_positive is None else found.p_positive
        users = pd.DataFrame() if found.users is None else found.users
        columns = users.columns.to_numpy("U32")
        metrics = np.array(json.dumps(found.metrics))
        np.savez(f, metrics=metrics, p_positive=p_positive, users=users.to_numpy(np.float64), columns=columns)
    return found


def _kept(arrays: Any) -> Measured:
    p_positive, columns = arrays["p_positive"], list(map(str, arrays["columns"]))
    users = pd.DataFrame(arrays["users"], columns=columns).astype({"user_idx": np.int32}) if columns else None
    return Measured(json.loads(str(arrays["metrics"])), p_positive if len(p_positive) else None, users)


@cache
def _code() -> str:
    return code_hash(_PACKAGES, _LIBRARIES)
