"""Named warnings about a label model, each with what to do."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.label_model.base import CONSTANT, LabelModel
from weakrec_core.label_model.comparing import Comparison
from weakrec_core.label_model.fitting import label_model_title as _title
from weakrec_core.label_model.snorkel_model import SnorkelModel
from weakrec_core.labeling.dependence import dependent_pairs
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.bootstrap import percentile_interval
from weakrec_core.stats.log_odds import logit
from weakrec_core.stats.verdicts import WORSE, verdict


@dataclass(frozen=True)
class Guardrail:
    """What is wrong and what to do about it; `name` is stable and identifies the guardrail."""

    name: str
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.message} {self.advice}"


def check_votes(train: VotePatterns, dev: VotePatterns, drift: pd.DataFrame) -> list[Guardrail]:
    """Guardrails that need votes only: few LFs, silent LFs, one class, dependence, drift.

    Parameters
    ----------
    drift : DataFrame
        From `weakrec_core.labeling.drift.drift_table`, one row an LF in the order of the patterns.
    """
    found = []
    names = drift["name"].tolist()
    if len(names) < 3:
        found.append(
            Guardrail(
                "few_lfs",
                f"Only {len(names)} LFs are on.",
                f"{_title('snorkel')} needs 3; add LFs or use another model.",
            )
        )
    silent = [name for name, votes in zip(names, train.votes.T, strict=True) if (votes == -1).all()]
    if silent:
        found.append(
            Guardrail(
                "never_votes", f"{', '.join(silent)} never voted on train and has no weight.", "Widen or switch off."
            )
        )
    labels = [
        label for label in ("NEGATIVE", "POSITIVE") if (train.votes == ("NEGATIVE", "POSITIVE").index(label)).any()
    ]
    if len(labels) == 1:
        other = "NEGATIVE" if labels[0] == "POSITIVE" else "POSITIVE"
        found.append(
            Guardrail(
                "one_class", f"All votes are {labels[0]}.", f"Add an LF that votes {other}: nothing else speaks for it."
            )
        )
    for a, b, correlation in dependent_pairs(dev, names):
        found.append(
            Guardrail(
                "dependence",
                f"{a} and {b} vote together beyond what gold explains (correlation {correlation:+.2f}).",
                f"{_title('snorkel')} counts them twice: merge them, drop one, or use {_title('calibrated')}.",
            )
        )
    drifting = drift.loc[drift["drifts"].astype(bool)]
    for name, *rates in zip(drifting["name"], 100 * drifting["dev"], 100 * drifting["train"], strict=True):
        on_dev, on_train = _told_apart(rates[0], rates[1], least=1)
        found.append(
            Guardrail(
                "drift",
                f"{name} votes on {on_dev} % of dev but {on_train} % of train.",
                "What dev says of it may not hold on train: look at its rows there.",
            )
        )
    return found


def check_model(model: LabelModel, train: VotePatterns) -> list[Guardrail]:
    """Guardrails of one fitted model: inverted LFs, parameters at the clamp, NaN."""
    found = []
    inverted = [name for name, worth in zip(model.lf_names, _worth(model, train), strict=True) if worth < 0]
    if inverted:
        found.append(
            Guardrail(
                "inverted",
                f"{', '.join(inverted)} was learned as worse than chance: its votes count for the other label.",
                "Check its accuracy on dev; mend it or switch it off.",
            )
        )
    if isinstance(model, SnorkelModel):
        # A label that an LF never votes is at the limit, and rightly so.
        voted = np.stack([(train.votes == label).any(axis=0) for label in (0, 1)], axis=1)
        clamp = _clamp(train.n)
        at_clamp = (np.isclose(model.mu, clamp) | np.isclose(model.mu, 1 - clamp)) & voted[:, :, None]
        clamped = [name for name, hit in zip(model.lf_names, at_clamp.any(axis=(1, 2)), strict=True) if hit]
        if clamped:
            found.append(
                Guardrail(
                    "clamped",
                    f"The fit pushed {', '.join(clamped)} to the limit of its parameters: near-certain votes.",
                    f"Its probabilities are not to be trusted; use {_title('calibrated')} or more LFs that overlap.",
                )
            )
    if np.isnan(model.predict_proba(train.votes)).any():
        found.append(Guardrail("nan", "The model gives probabilities that are not numbers.", "Refit with fewer LFs."))
    return found


def check_comparison(comparison: Comparison) -> list[Guardrail]:
    """Guardrails of the comparison on dev: the LabelModel loses to simpler models, dev is too small to tell."""
    found = []
    snorkel = comparison.reports.get("snorkel")
    for rival in ("majority", CONSTANT):
        other = comparison.reports[rival]
        if snorkel is None or snorkel.problem is not None:
            continue
        between = percentile_interval(snorkel.draws["log_loss"] - other.draws["log_loss"])
        if verdict(between, more_is_better=False) == WORSE:
            one, two = (float(report.everywhere["log_loss"] or 0) for report in (snorkel, other))
            ours, theirs = _told_apart(one, two, least=3)
            found.append(
                Guardrail(
                    f"loses_to_{rival}",
                    f"{_title('snorkel')} has a log loss of {ours} on dev, {_title(rival)} one of {theirs}.",
                    f"Use {_title(comparison.recommended)}.",
                )
            )
    if comparison.undecided:
        found.append(
            Guardrail(
                "small_dev",
                f"Dev cannot tell {_title(comparison.recommended)} from {', '.join(map(_title, comparison.undecided))}: the difference in log loss "
                "is within its interval.",
                "More gold labels would decide; until then the choice matters little.",
            )
        )
    return found


def _told_apart(one: float, other: float, least: int) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to see that they differ."""
    shown = ((f"{one:.{d}f}", f"{other:.{d}f}") for d in range(least, 13))
    return next((pair for pair in shown if pair[0] != pair[1]), (f"{one:.12f}", f"{other:.12f}"))


def _worth(model: LabelModel, train: VotePatterns) -> NDArray[np.float64]:
    """Log-odds that a vote adds towards its own label, the least over the labels that the LF votes; inf if it never does."""
    m = len(model.lf_names)
    silent = np.full((m, m), -1, np.int8)
    base = _log_odds(model, silent)
    worth = np.full(m, np.inf)
    for label, sign in ((0, -1), (1, 1)):
        alone = silent.copy()
        np.fill_diagonal(alone, label)
        gain = sign * (_log_odds(model, alone) - base)
        worth = np.where((train.votes == label).any(axis=0), np.minimum(worth, gain), worth)
    return worth


def _log_odds(model: LabelModel, votes: NDArray[np.int8]) -> NDArray[np.float64]:
    return np.asarray(logit(np.clip(model.predict_proba(votes), 1e-12, 1 - 1e-12)))


def _clamp(n: int) -> float:
    """Snorkel's default ``mu_eps``."""
    return float(min(0.01, 1 / 10 ** np.ceil(np.log10(max(n, 1)))))
