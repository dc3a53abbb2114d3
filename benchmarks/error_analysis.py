"""Opening a bucket of dev rows: the server's whole work for the page, and the rows alone beside Snorkel's get_label_buckets."""

import statistics
import time
from typing import Any

import numpy as np

from benchmarks.common import in_turn, result, temporary_workspace
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.error_analysis.buckets import BUCKETS, buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.files import PROJECT
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import read_lf_set

_PAGE = "pages/error_analysis/page.py"
_ROWS_PER_USER = 20  # of the demo, about
_TRAIN_ROWS = 40_000


def run(rows: int = 800_000, runs: int = 3) -> dict[str, Any]:
    """Median seconds of the server from a click on a bucket to the drawn page, over every bucket, on `rows` dev rows."""
    with temporary_workspace() as workspace:
        files = write_demo(workspace.root / "raw", users=round((rows + _TRAIN_ROWS) * 1.2 / _ROWS_PER_USER))
        dataset = ingest_goodreads(workspace, "demo", **files, splits=SplitConfig(dev_rows=rows))
        page = _page_seconds(dataset, runs)
        ours, peer = _rows_alone(dataset, runs)
    every = [seconds for times in page.values() for seconds in times]
    return result(
        "error_analysis",
        f"rows of the bucket “label model says POSITIVE, gold NEGATIVE” among {rows:,} dev rows; the peer is Snorkel's "
        "get_label_buckets, which gives all four at once",
        ours,
        peer,
        "s",
        runs,
        page_median_s=statistics.median(every),
        page_slowest_bucket_s=max(statistics.median(times) for times in page.values()),
        page_by_bucket_s={name: statistics.median(times) for name, times in page.items()},
    )


def _filters(names: list[str]) -> list[RowFilter]:
    """One a bucket."""
    labels = ("POSITIVE", "NEGATIVE")
    filters = [RowFilter(), *(RowFilter(model=said, gold=gold) for said in labels for gold in labels)]
    filters += [RowFilter.from_query({"kind": kind}) for kind in BUCKETS]
    outcomes = ("correct", "incorrect", "could_help")
    return filters + [RowFilter.from_query({"lf": name, "outcome": o}) for name in names for o in outcomes]


def _page_seconds(dataset: Dataset, runs: int) -> dict[str, list[float]]:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(PROJECT / "workbench.py"), default_timeout=600).run()
    app.switch_page(_PAGE).run()
    seconds: dict[str, list[float]] = {}
    for _ in range(runs):
        for wanted in _filters(read_lf_set(PROJECT / "lfs" / "tutorial.yaml").names):
            query = wanted.to_query()
            for key in RowFilter.model_fields:
                app.query_params.pop(key, None)
            app.query_params.update(query)
            start = time.perf_counter()
            app.run()
            seconds.setdefault(" ".join(query.values()) or "all rows", []).append(time.perf_counter() - start)
            if app.exception:
                raise RuntimeError(app.exception[0].message)
    return seconds


def _rows_alone(dataset: Dataset, runs: int) -> tuple[float, float]:
    from snorkel.analysis import get_label_buckets

    found = buckets(Applier(dataset).of(read_lf_set(PROJECT / "lfs" / "tutorial.yaml")))
    confused = RowFilter(model="POSITIVE", gold="NEGATIVE")
    theirs = get_label_buckets(found.gold, found.said)[(0, 1)]
    if set(theirs.tolist()) != set(np.asarray(found.rows(confused)).tolist()):
        raise RuntimeError("The buckets differ.")
    return in_turn(lambda: found.rows(confused), lambda: get_label_buckets(found.gold, found.said), runs)
