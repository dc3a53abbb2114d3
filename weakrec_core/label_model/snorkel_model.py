"""Snorkel's LabelModel, fitted on vote patterns: the same parameters as on the full matrix, at a cost that does not
grow with the number of rows."""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import checked_prior
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.vote_patterns import VotePatterns

_LEAST_LR = 1e-6
_FIT_LOCK = threading.Lock()  # LabelModel.fit reseeds the process's global generators


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
    with _FIT_LOCK, _torch_to_itself():
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
    return SnorkelModel(list(lf_names), mu, prior, weights, config, np.array(losses))


def _fitted(train: VotePatterns, prior: float, config: SnorkelConfig) -> tuple[NDArray[np.float64], list[float]] | None:
    """mu and the losses; None if the fit diverged."""
    model = _pattern_label_model(train)
    try:
        model.fit(
            train.votes.astype(np.int64), class_balance=[1 - prior, prior], progress_bar=False, **config.model_dump()
        )
    except Exception as e:  # Snorkel has no class of its own for this
        if "Loss is NaN" not in str(e):
            raise
        return None
    mu: NDArray[np.float64] = model.mu.detach().numpy().astype(np.float64)
    # The last step is not followed by a look at the loss.
    return (mu.reshape(train.m, 2, 2), model.losses) if np.isfinite(mu).all() else None


def _pattern_label_model(train: VotePatterns) -> Any:
    """A LabelModel whose label matrix is the patterns, each standing for `counts` rows."""
    import torch
    from snorkel.labeling.model import LabelModel

    class PatternLabelModel(LabelModel):  # type: ignore[misc]
        losses: list[float]

        def _execute_logging(self, loss: torch.Tensor) -> dict[str, float]:
            self.losses.append(loss.item())
            return {}

        def _set_constants(self, L: NDArray[np.int64]) -> None:
            super()._set_constants(L)
            self.n = train.n  # sets the clamp of mu

        def _create_L_ind(self, L: NDArray[np.int64]) -> NDArray[np.float64]:
            return np.stack([L == 1, L == 2], axis=2).reshape(len(L), -1).astype(float)

        def _generate_O(self, L: NDArray[np.int64], higher_order: bool = False) -> None:
            L_aug = self._get_augmented_label_matrix(L, higher_order=higher_order)
            self.d = L_aug.shape[1]
            self.O = torch.from_numpy(L_aug.T @ (L_aug * train.counts[:, None]) / train.n).float()

    model = PatternLabelModel(cardinality=2, verbose=False)
    model.losses = []
    return model


@contextmanager
def _torch_to_itself() -> Iterator[None]:
    """Restore the global generators afterwards; one thread, which for matrices this small is faster."""
    import torch

    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])
        torch.set_num_threads(threads)
