"""The state of a training after an epoch: one that goes on from it comes to the same as one that never stopped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core import files
from weakrec_core.errors import DataError, RunError
from weakrec_core.packing import read_arrays


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a training stands.

    Attributes
    ----------
    epoch : int
        The last finished one.
    best_epoch : int
    best_loss : float
    seconds : float
        Spent so far.
    rng : dict
        State of the generator of the batches.
    best_weights : list of arrays
        Of the network, as of its best epoch.
    variables : list of arrays
        Of everything that training changes: weights, the layers' seeds, the optimizer.
    """

    epoch: int
    best_epoch: int
    best_loss: float
    seconds: float
    rng: dict[str, Any]
    best_weights: list[NDArray[Any]]
    variables: list[NDArray[Any]]

    def save(self, path: Path) -> None:
        """Write it, in the place of an older one only when all is written."""
        known = {"epoch": self.epoch, "best_epoch": self.best_epoch, "best_loss": self.best_loss}
        text = json.dumps(known | {"seconds": self.seconds, "rng": self.rng})
        arrays = {f"best_{i}": a for i, a in enumerate(self.best_weights)}
        arrays |= {f"variable_{i}": a for i, a in enumerate(self.variables)}
        with files.atomic(path) as tmp, tmp.open("wb") as f:
            np.savez(f, text=np.array(text), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read it; `RunError` if it is not whole."""

        def made(arrays: Any) -> "Checkpoint":
            best = [arrays[f"best_{i}"] for i in range(sum(name.startswith("best_") for name in arrays))]
            variables = [arrays[f"variable_{i}"] for i in range(len(arrays) - len(best) - 1)]
            return cls(**json.loads(str(arrays["text"])), best_weights=best, variables=variables)

        try:
            return read_arrays(path, made)
        except FileNotFoundError:
            raise RunError(f"{path} is gone; retry the run from its beginning.") from None
        except DataError as e:
            raise RunError(f"{str(e).rstrip('.')}; retry the run from its beginning.") from None

    def restore(self, variables: Sequence[Any], rng: np.random.Generator, path: Path) -> None:
        """Set the variables and the generator to what they were; `RunError` if it is of another network."""
        if [v.shape for v in variables] != [a.shape for a in self.variables]:
            raise RunError(f"{path} is of another network; retry the run from its beginning.")
        for variable, value in zip(variables, self.variables, strict=True):
            variable.assign(value)
        rng.bit_generator.state = self.rng
