"""All benchmarks in turn, one table, and the page of the docs that is made of it: ``docs/performance.md``."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import typer

from benchmarks import app, engines, growth, ingest, label_model, lf_speed, signals, training

Found = dict[str, Any]

# What each has to reach, in words, and whether it does.
TARGETS: dict[str, tuple[str, Callable[[Found], bool]]] = {
    "lf_apply": ("at least 1,000 x, same votes", lambda f: f["ratio"] >= 1000 and f["same_votes"]),
    "lf_edit": (
        "at most 100 ms for a keyword, 20 ms for a threshold",
        lambda f: f["keyword_ms"] <= 100 and f["threshold_ms"] <= 20,
    ),
    "lf_analysis": ("at least 50 x, same table", lambda f: f["ratio"] >= 50 and f["same_table"]),
    "label_model": (
        "at least 15 x, same parameters",
        lambda f: f["ratio"] >= 15 and f["largest_difference"]["mu"] < 1e-6,
    ),
    "ingest": (
        "at most 2.5 x zcat, a quarter of the loop's memory",
        lambda f: f["times_zcat"] <= 2.5 and f["share_of_the_loops_memory"] <= 0.25,
    ),
    "signals": (
        "at least 0.85 x cores, a second time 200 x",
        lambda f: f["times_cores"] >= 0.85 and f["again_ratio"] >= 200,
    ),
    "growth": (
        "time at most linear, memory flat past a million rows",
        lambda f: f["ratio"] >= 1 and f["memory_mb"]["ours"] <= 1.1 * f["memory_mb"]["peer"],
    ),
    "dask": (
        "at least 0.7 x one process, same labels, also where a worker is killed",
        lambda f: f["ratio"] >= 0.7 and f["same_labels"] and f["same_labels_after_a_kill"],
    ),
    "training": (
        "at least 50 x at equal validation loss",
        lambda f: f["ratio"] >= 50 and f["val_loss_not_higher"],
    ),
    "app": (
        "first page in 3 s, switch in 500 ms, edit in 160 ms, no page over 1.5 s cold",
        lambda f: (
            f["cold_start_s"] < 3 and f["page_switch_s"] < 0.5 and f["ours"] < 0.16 and f["slowest_page_cold_s"] <= 1.5
        ),
    ),
}


def run(folder: Path | None, runs: int, only: list[str]) -> Iterator[Found]:
    """Each benchmark's result as it comes, with its ``target``, whether it is ``met``, and the load of the machine before it."""
    all_of_them: dict[str, Callable[[], Found]] = {
        "lf_apply": lambda: lf_speed.apply(runs=runs, folder=folder),
        "lf_edit": lambda: lf_speed.edit(runs=runs, folder=folder),
        "lf_analysis": lambda: lf_speed.analysis(runs=runs, folder=folder),
        "label_model": lambda: label_model.speed(runs),
        "ingest": lambda: ingest.run(runs=runs, folder=folder),
        "signals": lambda: signals.run(runs=runs, folder=folder),
        "growth": lambda: growth.run(runs=runs),
        "dask": lambda: engines.run(runs=runs, folder=folder),
        "training": lambda: training.run(runs),
        "app": lambda: app.run(runs=runs, folder=folder),
    }
    if unknown := set(only) - set(all_of_them):
        raise typer.BadParameter(f"there is no benchmark {min(unknown)} among {', '.join(all_of_them)}")
    for name in only or all_of_them:
        load, start = psutil.getloadavg()[0], time.perf_counter()
        target, met = TARGETS[name]
        found = all_of_them[name]()
        taken = round(time.perf_counter() - start)
        yield found | {"target": target, "met": bool(met(found)), "load": round(load, 1), "took_s": taken}


def table(results: list[Found]) -> str:
    """One row a benchmark, in Markdown."""
    head = (
        "| benchmark | ours | peer | ratio | memory, ours | memory, peer | target | met |\n| --- |"
        + " ---: |" * 5
        + " --- | --- |"
    )
    return "\n".join([head, *map(_row, results)])


def _row(found: Found) -> str:
    memory = found.get("memory_mb", {})
    cells = [f"`{found['name']}`", *(f"{_number(found[side])} {found['unit']}" for side in ("ours", "peer"))]
    cells += [_number(found["ratio"]), *(_megabytes(memory.get(side)) for side in ("ours", "peer"))]
    return f"| {' | '.join([*cells, found['target'], 'yes' if found['met'] else '**no**'])} |"


def _megabytes(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f} MB"


_PAGE = """# Performance

Made of what `python -m benchmarks --json` printed, by `python -m docs.generate`. Both sides of a benchmark run in turn; every figure
is a median. A ratio above 1 means that ours is better. Memory is the peak of a process that does nothing else, where both sides had one.

**Machine:** {machine}. Its load before, that is how many processes wanted a core, is said with each benchmark.

{table}

## What each is

{each}
"""


def page(results: list[Found]) -> str:
    """``docs/performance.md``."""
    each = "\n\n".join(_told(found) for found in results)
    return _PAGE.format(machine=results[0]["machine"], table=table(results), each=each)


def _told(found: Found) -> str:
    said = f"**`{found['name']}`** ({found['runs']} runs, load {found['load']}): {found['work']}."
    more = [f"{what.replace('_', ' ')} {_number(found[what])}" for what in _ALSO if what in found]
    sizes = [
        f"- {n} rows: {size['seconds']:.3g} s, {size['memory_mb']:,} MB" for n, size in found.get("sizes", {}).items()
    ]
    return said + (f" Also: {', '.join(more)}." if more else "") + "\n\n".join(["", "\n".join(sizes)] if sizes else [])


_ALSO = (
    "keyword_ms", "threshold_ms", "times_zcat", "share_of_the_loops_memory", "loop_s", "again_s", "times_cores", "again_ratio",
    "in_another_dataset_s", "interactions_per_s", "cold_start_s", "page_switch_s", "slowest_page_cold_s",
)  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
