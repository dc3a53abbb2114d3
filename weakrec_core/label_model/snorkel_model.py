"""Snorkel's LabelModel, fitted on vote patterns without Snorkel or torch: the same parameters as on the full matrix, at a cost
that does not grow with the number of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import checked_prior
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.vote_patterns import VotePatterns
from weakrec_core.stats.log_odds import expit, logit

Floats = NDArray[np.float64]

_LEAST_LR = 1e-6
_PRECISION, _MOMENTUM = np.float32(0.7), np.float32(0.9)  # Snorkel's defaults


@dataclass(eq=False)
class SnorkelModel:
    """A fitted LabelModel.

    Attributes
    ----------
    mu : float64 array, shape [m, 2, 2]
        ``mu[j, v, y]`` = P(LF j votes v | Y = y), as learned.
    prior : float
        P(POSITIVE), given to the fit.
    config : SnorkelConfig
        As used: the learning rate is a tenth, or less, of the one asked for if that diverged.
    weights : float64 array, shape [m]
        Snorkel's learned weight; NaN for an LF that never voted on train (Snorkel says 1.0).
    losses : float64 array, shape [n_epochs]
        The loss of the fit by epoch.
    """

    kind: ClassVar[str] = "snorkel"
    title: ClassVar[str] = "Snorkel's LabelModel"
    description: ClassVar[str] = "learns from the votes alone how often each LF is right, taking them as independent"
    weights_mean: ClassVar[str] = (
        "Snorkel's weight: how often the LF is right, as the model believes; – for an LF that never votes on train"
    )
    learns_from_gold: ClassVar[bool] = False

    lf_names: list[str]
    mu: NDArray[np.float64]
    prior: float
    weights: NDArray[np.float64]
    config: SnorkelConfig
    losses: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        train: VotePatterns,
        dev: VotePatterns,
        lf_names: Sequence[str],
        prior: float | None = None,
        config: SnorkelConfig | None = None,
    ) -> "SnorkelModel":
        """See `fit_snorkel`; without a prior the class balance is that of dev."""
        return fit_snorkel(train, lf_names, checked_prior(dev) if prior is None else prior, config)

    def predict_proba(self, votes: NDArray[np.int8]) -> NDArray[np.float64]:
        """P(POSITIVE) for each row of `votes`, shape [p]; rows without a vote get the prior.

        Computed in log space: Snorkel's own product underflows to NaN with many LFs.
        """
        log_mu = np.log(self.mu.astype(np.float32)).astype(np.float64)  # in single precision, as Snorkel takes it
        log_odds = log_mu[:, :, 1] - log_mu[:, :, 0]
        return np.asarray(expit(logit(self.prior) + (votes == 0) @ log_odds[:, 0] + (votes == 1) @ log_odds[:, 1]))

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "lf_names": self.lf_names,
            "mu": self.mu.tolist(),
            "prior": self.prior,
            "weights": [None if np.isnan(w) else float(w) for w in self.weights],
            "config": self.config.model_dump(),
            "losses": self.losses.tolist(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "SnorkelModel":
        return cls(
            values["lf_names"],
            np.array(values["mu"]),
            values["prior"],
            np.array([np.nan if w is None else w for w in values["weights"]]),
            SnorkelConfig.model_validate(values["config"]),
            np.array(values["losses"]),
        )


def fit_snorkel(
    train: VotePatterns, lf_names: Sequence[str], prior: float = 0.5, config: SnorkelConfig | None = None
) -> SnorkelModel:
    """Fit Snorkel's LabelModel.

    Parameters
    ----------
    train : VotePatterns
        Gold is not looked at.
    prior : float
        P(POSITIVE), Snorkel's ``class_balance``; 0.5 is the tutorial's uniform one.

    Raises
    ------
    LabelModelError
        With fewer than 3 LFs, no rows, a prior outside (0, 1), or if the fit diverges.
    """
    config = config or SnorkelConfig()
    if train.m < 3:
        raise LabelModelError(
            f"Snorkel's LabelModel needs at least 3 LFs, this set has {train.m} switched on; "
            "add LFs or choose the label model 'majority'."
        )
    if train.n == 0:
        raise LabelModelError("The train split has no rows to fit a label model on.")
    if not 0 < prior < 1:
        raise LabelModelError(f"The class balance P(POSITIVE) must lie between 0 and 1, not {prior:g}.")
    # With many LFs Snorkel's own learning rate diverges: it asks for a smaller one, so we take it.
    while (fitted := _fitted(train, prior, config)) is None:
        if config.lr < _LEAST_LR:
            raise LabelModelError(
                f"The fit of Snorkel's LabelModel to {train.m} LFs diverges at any learning rate; "
                "choose the label model 'calibrated'."
            )
        config = config.model_copy(update={"lr": config.lr / 10})
    mu, losses = fitted
    coverage = train.counts @ (train.votes != -1) / train.n
    agreement = mu[:, 0, 0] * np.float32(1 - prior) + mu[:, 1, 1] * np.float32(prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = np.where(coverage > 0, np.clip(agreement / coverage, 1e-6, 1.0), np.nan)
    return SnorkelModel(list(lf_names), mu, prior, weights, config, losses)


def _fitted(train: VotePatterns, prior: float, config: SnorkelConfig) -> tuple[Floats, Floats] | None:
    """mu and the losses; None if the fit diverged.

    Gradient descent with momentum, in single precision and step by step as Snorkel has torch do it: ``together``, Snorkel's O,
    is how often two LFs vote so and so, which `mu @ P @ mu.T` shall equal, but for an LF with itself; and its diagonal the sums
    of `mu @ P`.
    """
    m, p = train.m, np.array([1 - prior, prior], np.float32)
    is_vote = np.stack([train.votes == 0, train.votes == 1], axis=2).reshape(-1, 2 * m).astype(np.float64)
    together = (is_vote.T @ (is_vote * train.counts[:, None]) / train.n).astype(np.float32)
    rates, others = np.diag(together), np.kron(1 - np.eye(m), np.ones((2, 2))).astype(np.float32)
    start = np.tile(np.eye(2, dtype=np.float32), (m, 1)) * np.clip(rates[:, None] * _PRECISION / p, 0, 1)
    mu = start * np.float32(np.random.RandomState(config.seed).random_sample())  # the number that Snorkel draws
    l2, lr, momentum, losses = (
        np.float32(config.l2),
        np.float32(config.lr),
        np.zeros_like(mu),
        np.empty(config.n_epochs),
    )
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(config.n_epochs):
            joint = mu * p
            off_pairs, off_rates, off_start = (together - joint @ mu.T) * others, joint.sum(axis=1) - rates, mu - start
            losses[epoch] = (off_pairs**2).sum() + (off_rates**2).sum() + l2**2 * (off_start**2).sum()
            if np.isnan(losses[epoch]):
                return None
            gradient = 2 * (np.outer(off_rates, p) - 2 * off_pairs @ joint + l2**2 * off_start) + l2 * mu
            momentum = _MOMENTUM * momentum + gradient
            mu = mu - lr * momentum
    if not np.isfinite(mu).all():  # the last step is not followed by a look at the loss
        return None
    least = min(0.01, 1 / 10 ** np.ceil(np.log10(train.n)))
    mu = np.clip(mu, np.float32(least), np.float32(1 - least))
    if len(np.unique(np.around(p, 3))) == 1:  # the classes could be exchanged: as the LFs are right more often
        right = mu.reshape(m, 2, 2).sum(axis=0)
        mu = mu[:, ::-1] if np.trace(right) < np.trace(right[::-1]) else mu
    return mu.reshape(m, 2, 2).astype(np.float64), losses
