import numpy as np
import pytest

from weakrec_core.stats.variance import variance_components


def test_what_groups_were_drawn_with_is_found() -> None:
    rng = np.random.default_rng(0)
    size = rng.integers(2, 40, 3000)
    group = np.repeat(np.arange(3000), size)
    value = rng.normal(0, 0.5, 3000)[group] + rng.normal(0, 2.0, len(group))
    found = variance_components(np.bincount(group, weights=value), size.astype(float), float((value**2).sum()))
    assert found == pytest.approx((4.0, 0.25), rel=0.1)


@pytest.mark.parametrize(("total", "count"), [([], []), ([3.0], [4.0]), ([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])])
def test_too_little_to_tell(total: list[float], count: list[float]) -> None:
    assert variance_components(np.array(total), np.array(count), 2.0) is None


def test_equal_groups_differ_by_nothing() -> None:
    within, between = variance_components(np.array([1.0, 1.0]), np.array([2.0, 2.0]), 2.0) or (0.0, 1.0)
    assert (within, between) == (0.5, 0.0)
