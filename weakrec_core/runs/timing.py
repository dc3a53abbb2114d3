"""How long a training will take."""

from collections.abc import Sequence


def seconds_left(epochs: Sequence[dict[str, float]], budget: float | None = None) -> float | None:
    """Seconds of training left at most: as long as an epoch takes on average, times the epochs that are left.

    It may stop earlier, when valid gets no better. None before the first epoch has ended.

    Parameters
    ----------
    epochs : sequence of dict
        The records of `Run.epochs`.
    budget : float or None
        Minutes; see `RunConfig`.
    """
    if not epochs:
        return None
    last = epochs[-1]
    spent = last.get("elapsed", sum(e["seconds"] for e in epochs))
    an_epoch = spent / len(epochs)
    left = an_epoch * (last["epochs"] - last["epoch"])
    if budget is None:
        return left
    in_budget = 60 * budget - spent
    return 0.0 if in_budget <= 0 else min(left, in_budget + an_epoch)  # the epoch at hand is finished
