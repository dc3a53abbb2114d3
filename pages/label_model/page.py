"""Label model: all models side by side on dev, what the chosen one learned, and what it makes of train."""

import streamlit as st

from pages.label_model.comparison import comparison_table
from pages.label_model.confidence import confidence
from pages.label_model.export import export_labels
from pages.label_model.guardrail_warnings import show_warnings
from pages.label_model.learned import learned
from pages.label_model.reliability import reliability
from pages.label_model.settings import settings
from pages.label_model.text_model import text_model
from pages.shared.bar.set_bar import set_bar
from pages.shared.help import help_link
from pages.shared.label_settings import choose_label_model
from pages.shared.states import comparable
from pages.shared.workbench import opened
from weakrec_core.engine.sampled_train import is_estimated
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.comparing import compared
from weakrec_core.label_model.fitting import label_model_title
from weakrec_core.label_model.guardrails import check_comparison, check_model, check_votes
from weakrec_core.label_model.label_train import label_train

wb = opened()
set_bar(wb, "Label model")
if not comparable(wb):
    st.stop()
prior, config = settings(wb)
with st.spinner("Fitting the label models …"):
    comparison = compared(wb.applied, prior, config)
    if is_estimated(wb.applied):
        st.caption("Fitted to the sample of train, and again once all of it is counted.")
    with st.container(width=400):
        kind = choose_label_model(comparison.recommended)
    kind = comparison.recommended if kind == AUTO else kind
    comparison_table(comparison, kind)
    st.markdown(f"**{label_model_title(comparison.recommended)}** is recommended: {comparison.why}.")
    step = label_train(wb.applied, kind, prior, config)
help_link("numbers")
show_warnings(
    check_votes(step.train, step.dev, step.drift) + check_comparison(comparison) + check_model(step.model, step.train)
)
left, right = st.columns(2, gap="large")
with left:
    reliability(comparison, kind)
with right:
    confidence(step, comparison)
    export_labels(wb, step)
learned(wb, step)
text_model(wb, step, prior, config)
