"""The slides of a run: from its own files, by the functions that the Results page and the report use."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from weakrec_core.charts.results import ROW, model_figures
from weakrec_core.charts.worth import gold_learning_curve
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.noun import percent
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import result_tables
from weakrec_core.runs.inputs import label_model_named
from weakrec_core.runs.limits import limits
from weakrec_core.runs.presentation.slide import ItemList, Part, ReaderLists, Slide, Table, Tile
from weakrec_core.runs.result_tables import figure, title
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import read_worth

_HEADLINE = ("ndcg@10", "auc", "log_loss")
_CHARTS = (("ranking", "ndcg@10", "Lists"), ("test", "auc", "Ratings"))
_MOST_LFS, _MOST_LIMITS = 8, 8


def slides(run: Run, lists: ReaderLists | None = None, intervals: result_tables.Intervals | None = None) -> list[Slide]:
    """The slides of a finished run, in the order to show.

    Parameters
    ----------
    lists : ReaderLists, optional
        What a reader is recommended; without it that slide is left out, as is that of the worth in gold labels where it has
        not been measured.
    intervals : dict, optional
        Of the rating metrics: see `rating_intervals`.

    Raises
    ------
    RunError
        If the run has no result.
    """
    result = result_tables.finished(run)
    return list(_slides(run, result, lists, intervals or {}))


def _slides(
    run: Run, result: dict[str, Any], lists: ReaderLists | None, intervals: result_tables.Intervals
) -> Iterator[Slide]:
    try:
        dataset = run.open_dataset()
    except WeakrecError:  # gone or changed: what the run itself recorded is left
        dataset = None
    lf_set = run.config.frozen_lf_set
    yield _problem(run, result, len(lf_set.active))
    if dataset is not None:
        yield _data(run, dataset)
    yield _lfs(run, lf_set, dataset)
    yield _labels(run, result)
    if (worth := read_worth(run)) is not None:
        curve = gold_learning_curve(worth["curve"], "Test AUC by number of gold labels")
        yield Slide(
            "worth",
            "What the labels are worth in gold",
            worth["worth"]["sentence"],
            charts=[("Test AUC by number of gold labels", curve)],
            note="Bands are 95 % intervals over test readers and samples of dev's gold.",
        )
    yield _test(run, result, intervals)
    if lists is not None:
        yield _reader(run, result, lists)
    known = limits(run, result)
    more = f"And {len(known) - _MOST_LIMITS} more, in the run's card." if len(known) > _MOST_LIMITS else ""
    yield Slide("limits", "What these figures do not say", points=known[:_MOST_LIMITS], note=more)


def _problem(run: Run, result: dict[str, Any], n_lfs: int) -> Slide:
    noun, train = run.config.noun, result["labels"]["train"]
    created = datetime.fromisoformat(run.config.created).strftime("%-d %B %Y")
    return Slide(
        "problem",
        f"Recommending {noun.many} without asking for ratings",
        f"What people did says which {noun.many} they chose, not which they liked. Simple rules read the signs, a label model "
        "weighs their votes, and a recommender learns from the labels that come of it.",
        tiles=[
            Tile(f"{train['rows']:,}", f"{noun.many} chosen, liking unknown"),
            Tile(f"{n_lfs:,}", "labeling functions vote"),
            Tile(f"{train['covered']:,}", "labels to train on"),
            Tile(
                f"{result['test']['n']:,}",
                f"ratings {'given later' if run.config.by_time else 'of new readers'} to test on",
            ),
        ],
        flow=True,
        note=f"Dataset {run.config.dataset} · run {run.title} · {created}",
    )


def _data(run: Run, dataset: Dataset) -> Slide:
    noun = dataset.noun
    uses = {
        "train": ("labeled by the labeling functions", "soft"),
        "dev": ("gold labels, to write and to weigh LFs", "positive"),
        "valid": ("gold labels, to end the training and choose between runs", "blue"),
        "test": ("gold labels, to measure with", "negative"),
    }
    rows = {split: dataset.n_rows(split) for split in uses}
    total = sum(rows.values()) or 1
    source = ", synthetic demo data" if dataset.meta.get("source") == "demo" else ""
    return Slide(
        "data",
        "What there is to learn from",
        f"Dataset {dataset.name}{source}. Its rows are split by reader: nobody is in two parts.",
        tiles=[
            Tile(f"{dataset.n_users:,}", "readers"),
            Tile(f"{dataset.n_books:,}", noun.many),
            Tile(f"{len(dataset.histories.indices):,}", f"{noun.many} read, all told"),
            Tile(f"{int((dataset.gold('dev') >= 0).sum()):,}", "gold labels on dev"),
        ],
        bar=[Part(n / total, split, uses[split][1]) for split, n in rows.items()],
        table=Table(
            ("Part", "What it is for", "Rows"), [(split, uses[split][0], f"{n:,}") for split, n in rows.items()], 2
        ),
    )


def _lfs(run: Run, lf_set: LFSet, dataset: Dataset | None) -> Slide:
    """The LFs with the most votes on dev; what they do is left where they cannot be measured any more."""
    active = lf_set.active
    name = f"{len(active)} rules vote on whether {run.config.noun.a} was liked"
    words = {lf.name: lf.in_words for lf in active}
    try:
        if dataset is None:
            raise WeakrecError("The dataset has changed since: how often they are right cannot be measured any more.")
        summary = lf_set.apply(dataset).summary()
    except WeakrecError as e:
        named = list(words.items())[:_MOST_LFS]
        return Slide("lfs", name, table=Table(("LF", "What it votes"), named, 2), note=_more(len(words), str(e)))
    summary = summary[summary["name"].isin(list(words))].sort_values("coverage", ascending=False, kind="stable")
    rows = [
        (
            lf["name"],
            words[lf["name"]],
            percent(lf["coverage"], 1),
            figure(lf["emp_acc"], lf["ci_low"], lf["ci_high"], 2),
            "–" if lf["n"] == 0 else f"{lf['lift']:+.2f}",
        )
        for lf in summary.head(_MOST_LFS).to_dict("records")
    ]
    said = "Right: the share of its votes on dev that gold agrees with, with its 95 % interval; lift: beyond votes dealt out at random."
    columns = ("LF", "What it votes", "Votes on", "Right", "Lift")
    return Slide("lfs", name, table=Table(columns, rows, 2), note=_more(len(words), said))


def _more(n: int, said: str) -> str:
    return f"The {_MOST_LFS} that vote most, of {n}. {said}" if n > _MOST_LFS else said


def _labels(run: Run, result: dict[str, Any]) -> Slide:
    train = result["labels"]["train"]
    share = train["covered"] / train["rows"] if train["rows"] else 0.0
    metrics = ("accuracy", "auc", "log_loss")
    text = " A text model carried them over to reviews that no LF covers." if result["labels"]["text_model"] else ""
    measured = result_tables.dev_metrics(result)
    return Slide(
        "labels",
        "The labels, against gold",
        f"{label_model_named(run)} weighs the votes: {train['covered']:,} of {train['rows']:,} train rows get a label.{text}"
        " How far its labels are right is measured on dev, each reader predicted from the others' gold.",
        bar=[Part(share, f"{percent(share)} with a label", "positive"), Part(1 - share, "without", "soft")],
        table=Table(
            ("Measured on", "Rows", *map(title, metrics)),
            [(rows, f"{m['n']:,}", *(figure(m.get(metric)) for metric in metrics)) for rows, m in measured.items()],
        ),
        note="AUC: the chance that a liked one gets the higher probability; 0.5 is guessing. Log loss: lower is better.",
    )


def _test(run: Run, result: dict[str, Any], intervals: result_tables.Intervals) -> Slide:
    own = [result_tables.THIS_RUN, result_tables.NETWORK]
    charts = []
    for part, metric, heading in _CHARTS:
        found = result_tables.figures(result, part, [metric], intervals)
        n = int(found["value"].notna().sum())
        if n:
            chart = model_figures(found, own, f"Test {title(metric)} of the run and its baselines")
            charts.append((f"{heading}: {title(metric)}", chart.properties(height=ROW * n)))
    return Slide(
        "test",
        "On what readers came to later" if run.config.by_time else "On readers it has never seen",
        (result.get("recovered") or {}).get("sentence") or "",
        tiles=[
            Tile(
                figure(one.value),
                f"{title(one.metric)} on test",
                "" if one.against is None else str(one.against),
                "" if one.against is None else one.against.verdict,
            )
            for one in result_tables.headlines(result, _HEADLINE, intervals)
        ],
        charts=charts,
        warnings=result_tables.better_rivals(result),
        note="Lines are 95 % intervals over test readers. Each figure is compared with the strongest baseline but the ceiling.",
    )


def _reader(run: Run, result: dict[str, Any], lists: ReaderLists) -> Slide:
    noun = run.config.noun
    common = len({name for name, _ in lists.popular} & {name for name, _ in lists.recommended})
    more = lists.n_read - len(lists.read)
    read = [*lists.read, *([(f"… and {more:,} more", "")] if more else [])]
    return Slide(
        "reader",
        "One reader, before and after",
        lists.chosen,
        lists=[
            ItemList(f"Has read {noun.counted(lists.n_read)}", read, numbered=False),
            ItemList("Before: what most read", lists.popular),
            ItemList("After: by this run", lists.recommended),
        ],
        note=f"Reader {lists.reader}, of test. {common} of {len(lists.recommended)} are in both lists. "
        + (result_tables.lists_sentence(result) or ""),
    )
