"""Ridge logistic regression on soft labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weakrec_core.evaluation.recommender import Floats
from weakrec_core.stats.log_odds import logit

_EDGE = 1e-3


@dataclass(frozen=True, eq=False)
class Linear:
    """Log-odds that are linear in the columns of a design.

    Attributes
    ----------
    coef : float64 array, shape [p]
    intercept : float
    """

    coef: Floats
    intercept: float

    def __call__(self, x: Floats) -> Floats:
        """Log-odds, shape [n], of columns of shape [n, p]."""
        return np.asarray(x @ self.coef + self.intercept)


def fit_logistic(
    x: Floats,
    label: NDArray[np.floating],
    weight: Floats,
    penalty: float,
    columns: NDArray[np.bool_] | None = None,
    relief: Floats | None = None,
) -> Linear:
    """Fit by scikit-learn; a soft label counts as both labels, each as far as it is likely.

    Parameters
    ----------
    x : float array, shape [n, p]
    label, weight : float arrays, shape [n]
        P(POSITIVE) and the weight of each row.
    penalty : float
        Half the squared coefficients cost as much, in nats.
    columns : bool array, shape [p], or None
        Those looked at; the others get the coefficient 0.
    relief : float array, shape [p], or None
        By what a column's penalty is divided.
    """
    from sklearn.linear_model import LogisticRegression

    used = np.ones(x.shape[1], bool) if columns is None else columns
    share = float(np.clip((weight * label).sum() / max(weight.sum(), 1e-9), _EDGE, 1 - _EDGE)) if len(label) else 0.5
    coef = np.zeros(x.shape[1])
    positive, negative = label > 0, label < 1
    if not used.any() or not (positive.any() and negative.any()):
        return Linear(coef, float(logit(share)))
    scale = np.ones(int(used.sum())) if relief is None else np.sqrt(relief[used])
    part = x[:, used] * scale
    solver = "newton-cholesky" if len(label) > part.shape[1] else "lbfgs"
    model = LogisticRegression(C=1 / penalty, solver=solver, max_iter=500)
    model.fit(
        np.concatenate([part[positive], part[negative]]),
        np.repeat([1, 0], [positive.sum(), negative.sum()]),
        sample_weight=np.concatenate([(weight * label)[positive], (weight * (1 - label))[negative]]),
    )
    coef[used] = model.coef_[0] * scale
    return Linear(coef, float(model.intercept_[0]))
