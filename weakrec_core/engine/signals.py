"""The signals of train computed part by part."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from weakrec_core.data.train_part import parts_of_train
from weakrec_core.engine.base import Engine, counted_parts
from weakrec_core.engine.part_of_train import PART_ROWS, PartOfTrain
from weakrec_core.progress import Progress, no_progress
from weakrec_core.signals import SignalStore
from weakrec_core.signals.registry import FAMILIES, Values

_TRAIN = 0.9  # of the work, about
_DOING = "Computing signals on train"


@dataclass(frozen=True)
class SignalTask(PartOfTrain):
    """Signals of one part of train.

    Attributes
    ----------
    families : tuple of str
        Each by a signal of it.
    """

    families: tuple[str, ...]


def precompute_in_parts(
    store: SignalStore, engine: Engine, part_rows: int = PART_ROWS, progress: Progress = no_progress
) -> None:
    """`SignalStore.precompute`, train part by part; the values are the same.

    Parameters
    ----------
    part_rows : int
        Rows a part, about: no process holds more of train. The other splits are computed here.
    """
    dataset = store.dataset
    families = [family for family, split in store.missing() if split == "train"]
    names = tuple(family.signals[0].name for family in families)
    parts = parts_of_train(dataset, part_rows) if families else ()
    tasks = [SignalTask(dataset.workspace, dataset.name, dataset.fingerprint, rows, names) for rows in parts]
    progress(0.0, _DOING)
    with ExitStack() as stack:
        kept = {
            signal.name: stack.enter_context(store.keep_in_pieces(signal.name, "train"))
            for family in families
            for signal in family.signals
        }
        done = counted_parts(lambda share, said: progress(_TRAIN * share, said), _DOING, len(tasks))
        for found in engine.map(part_signals, tasks, done):
            for name, values in found.items():
                kept[name](values)
    store.precompute(partial(_rest, progress))


def part_signals(task: SignalTask) -> dict[str, Values]:
    """The signals of one part by name; texts that are new are kept for all processes that see the workspace."""
    store = SignalStore(task.opened())
    found: dict[str, Values] = {}
    for name in task.families:
        found |= store.compute(FAMILIES[name], "train")
    return found


def _rest(progress: Progress, fraction: float, message: str) -> None:
    progress(_TRAIN + (1 - _TRAIN) * fraction, message)
