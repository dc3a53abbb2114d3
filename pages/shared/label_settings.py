"""What is set on the Label model page and used by every page that fits a label model."""

import streamlit as st

from weakrec_core.label_model.snorkel_config import SnorkelConfig

BALANCE_KEY, PRIOR_KEY = "balance", "prior"
SNORKEL_KEYS = {"n_epochs": "lm_epochs", "lr": "lm_lr", "l2": "lm_l2", "seed": "lm_seed"}  # by field of SnorkelConfig


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
