"""What an interval says of a difference."""

BETTER, SAME, WORSE = "better", "not distinguishable", "worse"


def verdict(interval: tuple[float, float] | None, more_is_better: bool = True) -> str:
    """`BETTER` or `WORSE` only where the interval of a difference excludes 0; `SAME` where there is none, too.

    Examples
    --------
    >>> verdict((0.1, 0.3)), verdict((0.1, 0.3), more_is_better=False), verdict((-0.1, 0.3)), verdict(None)
    ('better', 'worse', 'not distinguishable', 'not distinguishable')
    """
    if interval is None or interval[0] <= 0 <= interval[1]:
        return SAME
    return BETTER if (interval[0] > 0) == more_is_better else WORSE
