"""What is set on the Label model page and used by every page that fits a label model."""

import streamlit as st

from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.fitting import LABEL_MODELS, label_model_title
from weakrec_core.label_model.snorkel_config import SnorkelConfig

BALANCE_KEY, PRIOR_KEY = "balance", "prior"
SNORKEL_KEYS = {"n_epochs": "lm_epochs", "lr": "lm_lr", "l2": "lm_l2", "seed": "lm_seed"}  # by field of SnorkelConfig
_LABEL_MODEL, _WIDGET = "chosen_label_model", "label_model"


def chosen_label_model() -> str:
    """The kind of label model that is trained with, ``auto`` at first."""
    kept = st.session_state.get(_LABEL_MODEL, AUTO)
    return kept if kept in LABEL_MODELS else AUTO


def set_label_model(kind: str) -> None:
    """Choose the label model that is trained with, on every page of this session."""
    st.session_state[_LABEL_MODEL] = kind


def choose_label_model(recommended: str | None) -> str:
    """The widget, the same on every page; says which model ``auto`` means now."""
    st.session_state[_WIDGET] = chosen_label_model()
    return st.selectbox(
        "Label model",
        (AUTO, *LABEL_MODELS),
        format_func=lambda kind: label_model_title(kind, recommended),
        key=_WIDGET,
        on_change=lambda: set_label_model(st.session_state[_WIDGET]),
        help="One choice for the Label model page and for Training. Recommended on dev follows the LFs: the least log loss",
    )


def chosen_settings() -> tuple[float | None, SnorkelConfig]:
    """The class balance, None = dev's share of POSITIVE, and the hyperparameters of Snorkel's LabelModel."""
    state = st.session_state
    prior = {"uniform": 0.5, "set": state.get(PRIOR_KEY)}.get(state.get(BALANCE_KEY, "dev"))
    set_here = {field: state[key] for field, key in SNORKEL_KEYS.items() if key in state}
    return prior, SnorkelConfig(**set_here)


def described(prior: float | None, config: SnorkelConfig) -> str:
    """Those that differ from the defaults, in a few words; empty where none does."""
    said = [] if prior is None else [f"class balance {prior:.2f}"]
    changed = config.model_dump(exclude_defaults=True)
    said += [f"Snorkel's {field.replace('n_epochs', 'epochs')} {value:g}" for field, value in changed.items()]
    return ", ".join(said)
