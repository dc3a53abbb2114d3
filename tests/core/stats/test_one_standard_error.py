"""Which candidate is taken where several cannot be told apart."""

import numpy as np

from weakrec_core.stats.one_standard_error import simplest_of_the_best


def test_the_simplest_of_what_cannot_be_told_apart() -> None:
    rng = np.random.default_rng(0)
    reader = rng.normal(0, 1, 100)  # readers differ much more than candidates do: the comparison is paired
    noise = rng.normal(0, 0.01, (3, 100))
    assert simplest_of_the_best(reader + noise + np.array([[0.0], [0.02], [0.0201]])) == 1
    assert simplest_of_the_best(reader + noise + np.array([[0.0], [0.0001], [0.0002]])) == 0
    assert simplest_of_the_best(np.array([[0.1], [0.2]])) == 1
