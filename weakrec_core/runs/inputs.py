"""The settings of a run under the names that people read."""

from typing import Any

from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.runs.store import Run


def label_model_named(run: Run, short: bool = False) -> str:
    """The label model of a run as it was chosen and, once it is known, what ``auto`` came to; `short`: that alone."""
    chosen, fitted = run.config.label_model, _fitted(run)
    return label_model_title(fitted or chosen) if short else label_model_title(chosen, fitted)


def _fitted(run: Run) -> str | None:
    fitted: str | None = (run.result or {}).get("labels", {}).get("label_model")
    return fitted


def label_settings(run: Run) -> dict[str, Any]:
    """What the labels were made with; the label model and the text model as chosen, once the run has succeeded."""
    config, labels = run.config, (run.result or {}).get("labels", {})
    label_model = _fitted(run) or config.label_model
    text_model = {True: "on", False: "off"}.get(labels.get("text_model"), config.text_model)
    settings = {
        "label model": label_model_title(label_model),
        "class balance": "from dev" if config.class_balance is None else config.class_balance,
        "text model": text_model,
        "least confidence": config.min_confidence,
    }
    if label_model in ("snorkel", AUTO):
        snorkel = config.snorkel.model_dump()
        settings |= {f"Snorkel's {key.replace('n_epochs', 'epochs')}": value for key, value in snorkel.items()}
    return settings


def train_settings(run: Run) -> dict[str, Any]:
    """The hyperparameters of the network."""
    return {key.replace("_", " "): value for key, value in run.config.train.items()}
