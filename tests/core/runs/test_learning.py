"""How a training went, in words."""

import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.runs.learning import best_epoch, how_it_went, what_the_losses_are
from weakrec_core.runs.store import Run, new_run


def with_losses(demo: Dataset, tutorial: LFSet, losses: list[float], epochs: int, state: str) -> Run:
    run = new_run(demo, tutorial, "v0", preset="recommended", epochs=epochs, budget=2.0)
    for i, loss in enumerate(losses, 1):
        run.append_epoch({"epoch": i, "loss": 0.1, "val_loss": loss})
    run.write_status(Status.model_validate({"state": state}))
    return run


@pytest.mark.parametrize(
    ("losses", "epochs", "state", "said"),
    [
        ([], 9, "succeeded", ""),
        (
            [3.0, 2.0, 2.0],
            3,
            "succeeded",
            "Epoch 2 has the least loss on valid and is the one kept; all 3 epochs were run.",
        ),
        ([1.0, *[2.0] * 5], 9, "succeeded", "stopped early after epoch 6, 5 epochs without a lower one."),
        ([3.0, 2.0], 9, "succeeded", "stopped after epoch 2 by its limit of 2 minutes."),
        (
            [3.0, 2.0],
            9,
            "cancelled",
            "Epoch 2 has the least loss on valid so far; the training stops early after 5 epochs",
        ),
    ],
)
def test_best_epoch_and_end(
    demo: Dataset, tutorial: LFSet, losses: list[float], epochs: int, state: str, said: str
) -> None:
    run = with_losses(demo, tutorial, losses, epochs, state)
    assert said in how_it_went(run, run.epochs)
    assert (best_epoch(run.epochs) is None) == (not losses)


def test_every_preset_says_what_its_losses_are(demo: Dataset, tutorial: LFSet) -> None:
    for name, preset in PRESETS.items():
        run = new_run(demo, tutorial, "v0", preset=name)
        assert what_the_losses_are(run) == demo.noun.fill(preset.losses) != preset.losses
