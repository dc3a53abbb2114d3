"""Choosing, fitting and loading a label model by the name of its kind."""

from collections.abc import Sequence
from typing import Any

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import AUTO, CONSTANT, LabelModel
from weakrec_core.label_model.calibrated import CalibratedModel
from weakrec_core.label_model.majority import MajorityModel
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.snorkel_model import SnorkelModel
from weakrec_core.labeling.vote_patterns import VotePatterns

LABEL_MODELS: dict[str, type[LabelModel]] = {
    "snorkel": SnorkelModel,
    "majority": MajorityModel,
    "calibrated": CalibratedModel,
}
_OTHER_TITLES = {AUTO: "Recommended on dev", CONSTANT: "Constant"}


def label_model_title(kind: str, meant: str | None = None) -> str:
    """What people call a kind, ``auto`` and ``constant`` among them; of one that there is no more, its name.

    Parameters
    ----------
    meant : str, optional
        The kind that ``auto`` comes to, where that is known.

    Examples
    --------
    >>> label_model_title("auto", "calibrated")
    'Recommended on dev (Dev-calibrated)'
    """
    if kind == AUTO and meant is not None:
        return f"{_OTHER_TITLES[AUTO]} ({label_model_title(meant)})"
    model = LABEL_MODELS.get(kind)
    return _OTHER_TITLES.get(kind, kind) if model is None else model.title


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
    config : SnorkelConfig, optional
        For Snorkel's LabelModel.

    Raises
    ------
    LabelModelError
        If the kind is unknown, no LF is switched on, dev has no gold or one class only and no prior is given, or the
        model cannot be fitted.
    """
    model = label_model_of(kind)
    if train.m == 0:
        raise LabelModelError("No LF is switched on; a label model needs votes.")
    return model.fit(train, dev, lf_names, prior, config)


def load_label_model(values: dict[str, Any]) -> LabelModel:
    """A model from what its ``to_json`` gave; it predicts the same."""
    return label_model_of(values["kind"]).from_json(values)


def label_model_of(kind: str) -> type[LabelModel]:
    """The class of a kind; `LabelModelError` if there is none."""
    if kind not in LABEL_MODELS:
        raise LabelModelError(f"There is no label model {kind!r}; the label models are {', '.join(LABEL_MODELS)}.")
    return LABEL_MODELS[kind]
