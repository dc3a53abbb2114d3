"""How a training went, in words: which epoch is kept, why it ended there, and what its losses are."""

from collections.abc import Mapping, Sequence

from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.runs.store import Run


def best_epoch(epochs: Sequence[Mapping[str, float]]) -> int | None:
    """The epoch with the least loss on valid, the first of equals; None before one has ended.

    Parameters
    ----------
    epochs : sequence of mapping
        As `Run.epochs` has them.
    """
    if not epochs:
        return None
    return int(min(epochs, key=lambda epoch: epoch.get("val_loss", epoch["loss"]))["epoch"])


def how_it_went(run: Run, epochs: Sequence[Mapping[str, float]]) -> str:
    """Best epoch and end of the training in a sentence or two; empty before an epoch has ended."""
    best, train, n = best_epoch(epochs), run.config.train, len(epochs)
    if best is None:
        return ""
    patience = train["patience"]
    said = f"Epoch {best} has the least loss on valid"
    if run.status.state != "succeeded":
        return f"{said} so far; the training stops early after {patience} epochs without a lower one."
    if n >= train["epochs"]:
        end = f"all {n} epochs were run" if n > 1 else "no more than one was asked for"
    elif n - best >= patience:
        end = f"stopped early after epoch {n}, {patience} epochs without a lower one"
    else:
        end = f"stopped after epoch {n} by its limit of {run.config.budget or 0:g} minutes"
    return f"{said} and is the one kept; {end}."


def what_the_losses_are(run: Run) -> str:
    """What the losses of the run's preset are; empty of a preset that is no more."""
    preset = PRESETS.get(run.config.train["preset"])
    return "" if preset is None else run.config.noun.fill(preset.losses)
