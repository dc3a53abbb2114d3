"""Class balance and the hyperparameters of Snorkel's LabelModel."""

import streamlit as st

from pages.shared.label_settings import BALANCE_KEY, PRIOR_KEY, SNORKEL_KEYS, chosen_settings
from pages.shared.workbench import Workbench
from weakrec_core.label_model.snorkel_config import SnorkelConfig


def settings(wb: Workbench) -> tuple[float | None, SnorkelConfig]:
    """Class balance and the hyperparameters of Snorkel's LabelModel."""
    gold = wb.dataset.gold("dev")
    share = (gold == 1).sum() / max((gold >= 0).sum(), 1)
    balances = {"dev": f"from dev ({share:.2f})", "uniform": "uniform (0.50)", "set": "set by hand"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header("Label models on dev", anchor=False, width="stretch")
        with st.popover("Settings", icon=":material/tune:", width="content"):
            chosen = st.selectbox(
                "Class balance P(POSITIVE)",
                list(balances),
                format_func=balances.__getitem__,
                key=BALANCE_KEY,
                persist_state="session",
                help="The tutorial leaves it uniform",
            )
            if chosen == "set":
                share = round(float(share), 2)
                st.slider("P(POSITIVE)", 0.05, 0.95, share, key=PRIOR_KEY, persist_state="session")
            st.markdown("**Snorkel's LabelModel**")
            default, keys = SnorkelConfig(), SNORKEL_KEYS
            st.number_input("Epochs", 1, 20000, default.n_epochs, key=keys["n_epochs"], persist_state="session")
            st.number_input(
                "Learning rate", 0.0001, 1.0, default.lr, format="%.4f", key=keys["lr"], persist_state="session"
            )
            st.number_input("L2", 0.0, 10.0, default.l2, key=keys["l2"], persist_state="session")
            st.number_input("Seed", 0, 2**31 - 1, default.seed, key=keys["seed"], persist_state="session")
            st.caption("Training uses these settings, too.")
    return chosen_settings()
