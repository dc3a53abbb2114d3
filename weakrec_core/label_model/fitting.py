"""Choosing, fitting and loading a label model by the name of its kind."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import LabelModel, class_prior
from weakrec_core.label_model.calibrated import CalibratedModel, fit_calibrated
from weakrec_core.label_model.majority import MajorityModel, fit_majority
from weakrec_core.label_model.snorkel_model import SnorkelConfig, SnorkelModel, fit_snorkel
from weakrec_core.labeling.vote_patterns import VotePatterns

Kind = Literal["snorkel", "majority", "calibrated"]
LABEL_MODELS: tuple[str, ...] = get_args(Kind)
_LOADERS: dict[str, Callable[[dict[str, Any]], LabelModel]] = {
    "snorkel": SnorkelModel.from_json,
    "majority": MajorityModel.from_json,
    "calibrated": CalibratedModel.from_json,
}


def fit_label_model(
    kind: str,
    train: VotePatterns,
    dev: VotePatterns,
    lf_names: Sequence[str],
    prior: float | None = None,
    config: SnorkelConfig | None = None,
) -> LabelModel:
    """Fit a label model.

    Parameters
    ----------
    kind : str
        One of `LABEL_MODELS`.
    train, dev : VotePatterns
        Over the same LFs; dev carries gold.
    prior : float, optional
        P(POSITIVE); by default its share among dev's gold labels.

    Raises
    ------
    LabelModelError
        If the kind is unknown, no LF is switched on, dev has no gold or one class only and no prior is given, or the
        model cannot be fitted.
    """
    if kind not in LABEL_MODELS:
        raise LabelModelError(f"There is no label model {kind!r}; the label models are {', '.join(LABEL_MODELS)}.")
    if train.m == 0:
        raise LabelModelError("No LF is switched on; a label model needs votes.")
    if kind == "calibrated":
        return fit_calibrated(train, dev, lf_names)
    prior = checked_prior(dev) if prior is None else prior
    if kind == "majority":
        return fit_majority(lf_names, prior)
    return fit_snorkel(train, lf_names, prior, config)


def load_label_model(values: dict[str, Any]) -> LabelModel:
    """A model from what its ``to_json`` gave; it predicts the same."""
    return _LOADERS[values["kind"]](values)


def checked_prior(dev: VotePatterns) -> float:
    """The class balance of dev; `LabelModelError` if dev has no gold or one class only."""
    negative, positive = dev.gold_counts.sum(axis=0)
    if negative + positive == 0:
        raise LabelModelError("The dev split has no gold labels; a label model's class balance comes from them.")
    if 0 in (negative, positive):
        missing = "NEGATIVE" if negative == 0 else "POSITIVE"
        raise LabelModelError(f"The dev split has no {missing} gold label, so its class balance cannot be used.")
    return class_prior(dev)
