"""Log-odds as SciPy has them."""

import numpy as np
import scipy.special

from weakrec_core.stats.log_odds import expit, logit

LOG_ODDS = np.array([-np.inf, -800.0, -40.0, -1.5, -1e-9, 0.0, 2.0, 36.0, 800.0, np.inf, np.nan])


def test_they_are_those_of_scipy() -> None:
    np.testing.assert_allclose(expit(LOG_ODDS), scipy.special.expit(LOG_ODDS), rtol=1e-14)
    p = np.array([0.0, 1e-300, 0.25, 0.5, 1 - 1e-12, 1.0, np.nan])
    np.testing.assert_allclose(logit(p), scipy.special.logit(p), rtol=1e-12)
