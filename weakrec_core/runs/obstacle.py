"""Why a training could not succeed, said before it is launched."""

from weakrec_core.errors import WeakrecError
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.network.presets.registry import PRESETS


def obstacle(
    applied: AppliedSet,
    label_model: str,
    prior: float | None = None,
    config: SnorkelConfig | None = None,
    *,
    preset: str,
    min_confidence: float = 0.5,
    text_model: str = "auto",
) -> str | None:
    """One sentence on what stands in the way of a run with these inputs, or None.

    What costs little to find out is looked at: votes, gold and the label model, which is fitted once and remembered.

    Parameters
    ----------
    applied, label_model, prior, config
        See `label_train`.
    preset, min_confidence, text_model
        See `RunConfig`.
    """
    if not applied.active:
        return "No LF is on, so nothing labels the train rows."
    dataset, learns_from_dev = applied.dataset, PRESETS[preset].defaults["use_dev"]
    needed = ["dev", "test"] if learns_from_dev else ["dev", "valid", "test"]
    without = [split for split in needed if not dataset.has_gold(split)]
    if without:
        return f"No row of {' or '.join(without)} has a gold label, and a run needs some in {', '.join(needed[:-1])} and {needed[-1]}."
    if not applied.patterns("train").covered.any():
        return "No LF votes on a train row, so there is no label to train on."
    try:
        labels = label_train(applied, label_model, prior, config)
    except WeakrecError as e:
        return str(e)
    if not learns_from_dev and text_model == "off" and not labels.kept(min_confidence).any():
        return f"No train row has a label that is at least {min_confidence:.2f} sure."
    return None
