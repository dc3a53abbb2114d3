"""A weighted mean of the log-odds of several models, its weights chosen by what each says of users it was not fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import softmax

from weakrec_core.evaluation.recommender import Floats
from weakrec_core.stats.log_odds import expit
from weakrec_core.stats.one_standard_error import simplest_of_the_best
from weakrec_core.stats.variance import variance_components

_PRIOR_STRENGTH = 5.0  # rows' worth of the prior weights
_NO_STRETCH = 20.0  # nats that a stretch by e, or a shift by 1, costs
_SHARES = np.linspace(0, 1, 11)  # of a pool of all models in the mean of it and one of simple ones
_USUAL_CORRELATION, _USUAL_USERS = 0.1, 10.0  # of a user's labels, and how many users' worth of evidence it counts as


@dataclass(frozen=True, eq=False)
class Pool:
    """A weighted mean of log-odds, stretched: ``shift + scale * (log_odds @ weights)``.

    Attributes
    ----------
    weights : float64 array, shape [k]
        At least 0, sum to 1.
    scale, shift : float
        The mean of several is less sure than each of them should be.
    """

    weights: Floats
    scale: float = 1.0
    shift: float = 0.0

    @property
    def coef(self) -> Floats:
        """What each model's log-odds are multiplied by, shape [k]."""
        return self.scale * self.weights

    def __call__(self, log_odds: Floats) -> Floats:
        """Shape [n], of log-odds of shape [n, k]."""
        return np.asarray(self.shift + log_odds @ self.coef)


def pool(log_odds: Floats, gold: NDArray[np.floating], weight: Floats, prior: Floats) -> Pool:
    """The pool that is likeliest, with a Dirichlet prior of the weights (super learner) and one of no stretching.

    Parameters
    ----------
    log_odds : float array, shape [n, k]
        Of n rows, by models that were fitted without the row's user.
    gold, weight : float arrays, shape [n]
    prior : float array, shape [k]
        Sums to 1: the weights where there is no row.

    Notes
    -----
    van der Laan, Polley & Hubbard (2007), Super Learner: such a mean does in the long run as well as the best of its
    models.
    """
    k = len(prior)

    def loss(free: Floats) -> tuple[float, Floats]:
        w, stretch, shift = softmax(free[:k]), np.exp(free[k]), free[k + 1]
        mean = log_odds @ w
        z = shift + stretch * mean
        value = (weight * (np.logaddexp(0, z) - gold * z)).sum() - _PRIOR_STRENGTH * (prior * np.log(w + 1e-12)).sum()
        value += _NO_STRETCH * (free[k] ** 2 + shift**2)
        wrong = weight * (expit(z) - gold)
        slope = stretch * (log_odds.T @ wrong) - _PRIOR_STRENGTH * prior / (w + 1e-12)
        of_stretch = stretch * (wrong @ mean) + 2 * _NO_STRETCH * free[k]
        of_shift = wrong.sum() + 2 * _NO_STRETCH * shift
        return float(value), np.concatenate([w * (slope - (w * slope).sum()), [of_stretch, of_shift]])

    start = np.concatenate([np.log(prior), [0.0, 0.0]])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    return Pool(np.asarray(softmax(found[:k])), float(np.exp(found[k])), float(found[k + 1]))


def pool_with_caution(
    log_odds: Floats,
    gold: NDArray[np.floating],
    weight: Floats,
    prior: Floats,
    simple: NDArray[np.bool_],
    user_idx: NDArray[np.integer],
    caution: float = 1.0,
) -> Pool:
    """Between a pool of the simple models and one of all, as near to the former as the users' gold leaves it.

    Parameters
    ----------
    log_odds, gold, weight, prior
        As of `pool`.
    simple : bool array, shape [k]
    user_idx : int array, shape [n]
        By whom the rows are, for the error of a difference.
    caution : float
        From 0 for the pool of all to 1.
    """
    of_all = pool(log_odds, gold, weight, prior)
    found = pool(log_odds[:, simple], gold, weight, prior[simple] / prior[simple].sum())
    of_simple = Pool(np.zeros(len(prior)), found.scale, found.shift)
    of_simple.weights[simple] = found.weights
    z = of_simple(log_odds) + _SHARES[:, None] * (of_all(log_odds) - of_simple(log_odds))
    likelihood = weight * (gold * z - np.logaddexp(0, z))
    _, user = np.unique(user_idx, return_inverse=True)
    by_user = np.stack([np.bincount(user, weights=of_share) for of_share in likelihood]).astype(np.float64)
    share = 1 - caution * (1 - _SHARES[simplest_of_the_best(by_user)])
    coef = (1 - share) * of_simple.coef + share * of_all.coef
    shift = (1 - share) * of_simple.shift + share * of_all.shift
    return Pool(coef / coef.sum(), float(coef.sum()), float(shift))


def user_weights(user_idx: NDArray[np.integer], gold: NDArray[np.floating]) -> Floats:
    """What a row counts for, shape [n]: a user's labels resemble each other, so that a hundred are not worth a hundred.

    1 / (1 + r (m - 1)) for one of m labels, r the intraclass correlation of labels of a user (one-way analysis of
    variance, with a few users' worth of the usual one): the design effect of survey sampling.
    """
    _, user, size = np.unique(user_idx, return_inverse=True, return_counts=True)
    k = len(size)
    total = np.bincount(user, weights=gold).astype(np.float64)
    within, between = variance_components(total, size.astype(np.float64), float((gold**2).sum())) or (1.0, 0.0)
    correlation = between / (between + within) if between else 0.0
    correlation = (k * correlation + _USUAL_USERS * _USUAL_CORRELATION) / (k + _USUAL_USERS)
    return np.asarray(1 / (1 + correlation * (size[user] - 1)))
