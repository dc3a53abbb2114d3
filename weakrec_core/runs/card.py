"""A run on one page of Markdown: data, LFs, label model, metrics with intervals, limits; from the run's own files."""

import re
from collections.abc import Iterable
from typing import Any

from weakrec_core.evaluation.rivals import COMPARED
from weakrec_core.runs import result_tables
from weakrec_core.runs.inputs import label_model_named, label_settings, train_settings
from weakrec_core.runs.limits import limits
from weakrec_core.runs.result_tables import figure
from weakrec_core.runs.scores import rating_intervals, read_scores
from weakrec_core.runs.store import Run

_DIGITS = 4
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def render_card(run: Run) -> str:
    """The card of a finished run.

    Raises
    ------
    RunError
        If the run has no result.
    """
    result = result_tables.finished(run)
    parts = [
        [f"# Run {_md(run.title)}", *_about(run, result)],
        ["## Data", *_data(run, result)],
        ["## Labeling functions", *_lfs(run, result)],
        ["## Label model", *_label_model(run, result)],
        ["## Training", *_settings(train_settings(run))],
        ["## Test metrics", *_metrics(run, result)],
        ["## Limits", _list(map(_md, limits(run, result)))],
    ]
    return "\n\n".join("\n\n".join(part) for part in parts) + "\n"


def _about(run: Run, result: dict[str, Any]) -> list[str]:
    config = run.config
    said = f"A recommender of {config.noun.many}, trained on {config.created[:10]} on labels that labeling functions (LFs) voted for."
    recovered = (result.get("recovered") or {}).get("sentence")
    return [said, *([recovered] if recovered else []), *map(_md, run.about.notes.splitlines())]


def _data(run: Run, result: dict[str, Any]) -> list[str]:
    config, train, scores = run.config, result["labels"]["train"], read_scores(run)
    lines = [
        f"Dataset {_md(config.dataset)}, fingerprint `{config.fingerprint}`",
        *([] if config.hand_gold is None else [f"dev gold: {config.hand_gold}"]),
        f"{train['rows']:,} train rows without gold labels, {train['covered']:,} of them with a vote",
        *(f"{measured['n']:,} {rows}" for rows, measured in result_tables.dev_metrics(result).items()),
        f"{result['test']['n']:,} rated test rows"
        + ("" if scores is None else f" of {scores.rows['user_idx'].nunique():,} users"),
    ]
    shared = "Dev, valid and test have the last rated rows of different users, whose earlier ones are train's."
    return [_list(lines), shared if config.by_time else "Train, dev, valid and test share no user."]


def _lfs(run: Run, result: dict[str, Any]) -> list[str]:
    lf_set, weights = run.config.lf_set, result["labels"]["weights"]
    rows = [
        (_md(lf["name"]), lf["kind"], _weight(weights.get(lf["name"])) if lf.get("enabled", True) else "off")
        for lf in lf_set["lfs"]
    ]
    return [f"Set {_md(lf_set['name'])}, {_md(run.config.lf_version)}.", _table(("LF", "Kind", "Learned weight"), rows)]


def _label_model(run: Run, result: dict[str, Any]) -> list[str]:
    return [
        f"{label_model_named(run)}; class balance P(POSITIVE) {result['labels']['class_balance']['POSITIVE']:.4f}.",
        *(f"On the {rows}: {_measured(measured)}." for rows, measured in result_tables.dev_metrics(result).items()),
        *_settings(label_settings(run)),
    ]


def _measured(metrics: dict[str, Any]) -> str:
    shown = {result_tables.title(name): figure(value, digits=_DIGITS) for name, value in metrics.items() if name != "n"}
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _settings(values: dict[str, Any]) -> list[str]:
    return [_list(f"{name}: {'–' if value is None else _md(value)}" for name, value in values.items())]


def _metrics(run: Run, result: dict[str, Any]) -> list[str]:
    """The metrics that are compared, each against the strongest rival, then all models."""
    rows = []
    for metric, value, low, high, against in result_tables.headlines(result, COMPARED, rating_intervals(run)):
        rival = ("–", "–", "–")
        if against is not None:
            difference = figure(against.difference, against.low, against.high, _DIGITS)
            rival = (against.title, difference, against.verdict)
        rows.append((result_tables.title(metric), figure(value, low, high, _DIGITS), *rival))
    head = ("Metric", "This run [95 % interval]", "Strongest rival", "Difference [95 % interval]", "The run is")
    everything = [
        (
            model,
            *(figure(((values.get(part)) or {}).get(metric), digits=_DIGITS) for metric, (part, _) in COMPARED.items()),
        )
        for model, values in result_tables.models(result).items()
    ]
    return [
        "Intervals are drawn over users, those of differences paired.",
        _table(head, rows),
        _table(("Model", *map(result_tables.title, COMPARED)), everything),
    ]


def _weight(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _md(value: object) -> str:
    """A text on one line, of which Markdown makes nothing but text."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(value).split()))


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))
