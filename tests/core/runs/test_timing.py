"""How long a training will take."""

import pytest

from weakrec_core.runs.timing import seconds_left


def epochs(n: int, of: int, each: float) -> list[dict[str, float]]:
    return [{"epoch": e, "epochs": of, "seconds": each / 2, "elapsed": e * each} for e in range(1, n + 1)]


@pytest.mark.parametrize(
    ("done", "budget", "left"),
    [
        (epochs(2, 10, 5.0), None, 40.0),  # with validation, which `seconds` leaves out
        (epochs(10, 10, 5.0), None, 0.0),
        (epochs(2, 10, 5.0), 60.0, 40.0),
        (epochs(2, 10, 5.0), 0.25, 10.0),  # 5 s of the budget and the epoch at hand
        (epochs(3, 10, 5.0), 0.25, 0.0),
        ([], None, None),
    ],
)
def test_seconds_left(done: list[dict[str, float]], budget: float | None, left: float | None) -> None:
    assert seconds_left(done, budget) == left


def test_records_of_older_runs_have_no_elapsed_time() -> None:
    old = [{k: v for k, v in e.items() if k != "elapsed"} for e in epochs(2, 10, 5.0)]
    assert seconds_left(old) == 20.0
