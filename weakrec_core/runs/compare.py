"""Two runs side by side: what differs in their inputs beside what differs in their test metrics."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from weakrec_core.labeling.diff import diff_sets
from weakrec_core.runs.inputs import label_settings, train_settings
from weakrec_core.runs.result_tables import LOWER_IS_BETTER, RANKING_METRICS, finished, ranking_names, title
from weakrec_core.runs.scores import RATING_METRICS, Scores, mean_draws, p_of, rating_draws, read_scores
from weakrec_core.runs.store import Run
from weakrec_core.stats.bootstrap import Floats, percentile_interval
from weakrec_core.stats.verdicts import verdict

_Drawn = tuple[Floats, Floats]  # draws of a metric of both runs


@dataclass(frozen=True)
class Change:
    """An input that differs; None where a run does not have it."""

    what: str
    first: Any
    second: Any


@dataclass(frozen=True)
class Difference:
    """A metric of both runs, and second minus first with its paired bootstrap interval over users.

    Attributes
    ----------
    metric : str
        Such as ``auc`` or ``ndcg@10``.
    low, high : float or None
        95 % interval of the difference; None where the runs cannot be compared user by user.
    p_value : float or None
        Two-sided, that the difference is 0: at least 2 / (draws + 1).
    verdict : str or None
        ``better``, ``worse`` or ``not distinguishable``: how the second run does, by the interval.
    """

    metric: str
    first: float | None
    second: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class RunComparison:
    """Two runs compared.

    Attributes
    ----------
    first, second : str
        Run ids.
    lfs : list of str
        What differs in the LF sets, one line a change from first to second.
    settings : list of Change
        Label model, hyperparameters, seed, versions of the libraries.
    rating, ranking : list of Difference
    users : int or None
        Test users that both were measured on.
    problem : str or None
        Why they cannot be compared row by row.
    notes : list of str
        What to keep in mind about the pairing.
    """

    first: str
    second: str
    lfs: list[str]
    settings: list[Change]
    rating: list[Difference]
    ranking: list[Difference]
    users: int | None
    problem: str | None
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """What `compare --json` prints."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The same for reading in a terminal."""
        said = [f"{self.first} → {self.second}", *(f"LFs: {line}" for line in self.lfs)]
        said += [f"{c.what}: {c.first} → {c.second}" for c in self.settings]
        for d in self.rating + self.ranking:
            if d.first is None or d.second is None:
                continue
            between = "" if d.low is None else f" [{d.low:+.4f}, {d.high:+.4f}] {d.verdict}"
            said.append(f"{title(d.metric):<16}{d.first:.4f} → {d.second:.4f}  {d.difference:+.4f}{between}")
        return said + ([self.problem] if self.problem else []) + self.notes


def compare_runs(first: Run, second: Run) -> RunComparison:
    """Compare two finished runs on test.

    Raises
    ------
    RunError
        If a run has no result.
    """
    one, two = finished(first), finished(second)
    scores = read_scores(first), read_scores(second)
    problem = _problem(first, second, *scores)
    rating: dict[str, _Drawn] = {}
    ranking: dict[str, _Drawn] = {}
    if problem is None:
        assert scores[0] is not None and scores[1] is not None
        rating, ranking = _rating(scores[0], scores[1]), _ranking(scores[0], scores[1])
    old, new = (run.config.frozen_lf_set for run in (first, second))
    names = sorted(
        (m for m in ranking_names(one) if m in ranking_names(two)),
        key=lambda m: (RANKING_METRICS.index(m.split("@")[0]), int(m.partition("@")[2] or 0)),
    )
    return RunComparison(
        first.id,
        second.id,
        diff_sets(old, new),
        _settings(first, second),
        [_difference(m, one["test"], two["test"], rating.get(m)) for m in RATING_METRICS if m in one["test"]],
        [_difference(m, one["ranking"], two["ranking"], ranking.get(m)) for m in names],
        None if problem or scores[0] is None else int(scores[0].rows["user_idx"].nunique()),
        problem,
        _notes(first, second, bool(names)),
    )


def _problem(first: Run, second: Run, one: Scores | None, two: Scores | None) -> str | None:
    """Why the runs cannot be compared row by row."""
    a, b = first.config, second.config
    if a.data != b.data:
        names = f"{a.dataset} and {b.dataset}" if a.dataset != b.dataset else f"two states of {a.dataset}"
        return f"The runs were measured on different data ({names}), so they cannot be compared row by row."
    for run, scores in ((first, one), (second, two)):
        if scores is None:
            return (
                f"Run {run.id} was trained before predictions on test were kept: train it anew to compare row by row."
            )
    assert one is not None and two is not None
    keys = ["user_idx", "book_idx", "gold"]
    if not one.rows[keys].equals(two.rows[keys]):
        return "The runs were measured on different test rows, so they cannot be compared row by row."
    return None


def _notes(first: Run, second: Run, ranking: bool) -> list[str]:
    if ranking and first.config.train["seed"] != second.config.train["seed"]:
        return [
            f"The seeds differ, and with them the {first.config.noun.many} held out of each history: ranking metrics are paired by reader only."
        ]
    return []


def _rating(one: Scores, two: Scores) -> dict[str, _Drawn]:
    users, gold = one.rows["user_idx"].to_numpy(), one.rows["gold"].to_numpy()
    a, b = rating_draws(users, gold, [p_of(one.rows), p_of(two.rows)])
    return {metric: (a[metric], b[metric]) for metric in RATING_METRICS}


def _ranking(one: Scores, two: Scores) -> dict[str, _Drawn]:
    """Draws of the per-user metrics that both have, over the users that both have."""
    if one.users is None or two.users is None:
        return {}
    both = one.users.merge(two.users, on="user_idx", suffixes=("\0a", "\0b"))
    metrics = [m for m in one.users.columns if m != "user_idx" and m in two.users]
    if both.empty or not metrics:
        return {}
    users = both["user_idx"].to_numpy()
    a, b = (mean_draws(users, both[[m + side for m in metrics]].to_numpy(np.float64)) for side in ("\0a", "\0b"))
    return {metric: (a[:, i], b[:, i]) for i, metric in enumerate(metrics)}


def _difference(metric: str, one: dict[str, Any], two: dict[str, Any], drawn: _Drawn | None) -> Difference:
    first, second = one.get(metric), two.get(metric)
    plain = Difference(metric, first, second, None if first is None or second is None else second - first)
    if drawn is None or plain.difference is None:
        return plain
    differences = drawn[1] - drawn[0]
    interval = percentile_interval(differences)
    if interval is None:
        return plain
    known = differences[~np.isnan(differences)]
    beyond = min((known <= 0).sum(), (known >= 0).sum())
    p_value = min(1.0, 2 * (float(beyond) + 1) / (len(known) + 1))
    low, high = interval
    better = verdict(interval, metric.split("@")[0] not in LOWER_IS_BETTER)
    return Difference(metric, first, second, plain.difference, low, high, p_value, better)


def _settings(first: Run, second: Run) -> list[Change]:
    a, b = (_flat(run) for run in (first, second))
    return [Change(key, a.get(key), b.get(key)) for key in dict.fromkeys([*a, *b]) if a.get(key) != b.get(key)]


def _flat(run: Run) -> dict[str, Any]:
    """The inputs of a run but for its LFs, under the names that people read."""
    config = run.config
    return {
        "dataset": config.dataset,
        "dataset fingerprint": config.fingerprint[:12],
        "gold by hand": "none" if config.hand_gold is None else str(config.hand_gold),
        "LF set": config.lf_set_title,
        **label_settings(run),
        **train_settings(run),
        **{f"version of {name}": value for name, value in config.libraries.items()},
    }
