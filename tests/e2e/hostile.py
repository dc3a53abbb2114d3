"""A dataset, an LF set and a run of which every text is markup made to do harm."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.recommending import random_network
from weakrec_core.data.ingest.table import Columns, ingest_table
from weakrec_core.data.notes import write_note
from weakrec_core.data.splits import SplitConfig
from weakrec_core.labeling.drafts import keep, open_draft
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import new_set
from weakrec_core.network.blend import Blended
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

HTML, MARKDOWN = "<img src=//evil.x onerror=pwned=1>", "![](http://evil.x/)[a](http://evil.x)"  # as long as tags may be
NAME = HTML + MARKDOWN  # as long as names of LFs may be
TEXT = f"{NAME}<script>pwned=1</script><svg onload=pwned=1>"


@dataclass(frozen=True)
class Hostile:
    """Where they are: the dataset's name, a draft of the set, the run, and a view of what it recommends."""

    dataset: str
    draft: str
    run: Run
    recommended: dict[str, str]


@contextmanager
def hostile(workspace: Workspace) -> Iterator[Hostile]:
    """Make them in a workspace that has a run, and take them away again."""
    file = workspace.root / "hostile.csv"
    rows = [
        (f"u{u}{TEXT}", f"i{i}{TEXT}", 1 + (u + i) % 5, f"good {TEXT}", f"Title {i} {TEXT}", f"{TEXT} {i}", f"{i % 2}{TEXT}")
        for u in range(24)
        for i in range(6)
        if (u + i) % 6  # a book that the reader has not read
    ]  # fmt: skip
    columns = ["user", "item", "rating", "text", "title", "creator", NAME]
    pd.DataFrame(rows, columns=columns).to_csv(file, index=False)
    roles = Columns(**{role: role for role in columns[:-1]}, categories=(NAME,))
    dataset = ingest_table(workspace, "hostile", file, roles, splits=SplitConfig(dev_rows=48))
    first = dataset.split("dev").iloc[0]
    write_note(dataset, first["user_id"], first["book_id"], TEXT)
    notes = {"tags": [HTML, MARKDOWN], "comment": TEXT, "owner": TEXT}
    words = {"kind": "keyword", "groups": [{"label": "POSITIVE", "keywords": [HTML, "good"]}]}
    lfs = [
        {"name": NAME, **words, **notes},
        {"name": HTML, "kind": "category", "column": NAME, "positive": [f"0{TEXT}"], "negative": [f"1{TEXT}"]},
        {"name": MARKDOWN, "kind": "threshold", "signal": "polarity", "op": ">", "threshold": 0, "label": "POSITIVE"},
    ]
    lf_set = LFSet.model_validate({"name": "hostile", "lfs": lfs})
    new_set(workspace, "hostile", lf_set.lfs, note=TEXT, by=TEXT)
    draft = open_draft(workspace, "hostile")
    keep(workspace, draft.edit(lf_set.model_copy(update={"name": HTML})))
    like = list_runs(workspace)[0]
    run = Run(workspace, Path(shutil.copytree(like.path, like.path.with_name("20200101-000000-0000"))).name)
    config = like.config.model_copy(
        update={
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "data_fingerprint": dataset.data_fingerprint,
            "lf_set": lf_set.model_copy(update={"name": HTML}).model_dump(mode="json"),
            "lf_version": TEXT,
        }
    )
    (run.path / "config.json").write_text(config.model_dump_json(), encoding="utf-8")
    Blended(random_network(dataset)).save(run.path)
    labels = (like.result or {})["labels"] | {"weights": dict.fromkeys([NAME, HTML], 0.5), "warnings": [TEXT]}
    run.write_result((like.result or {}) | {"labels": labels})
    run.describe(name=NAME, notes=TEXT)
    named = [(f"Title {i} {TEXT}", TEXT) for i in range(6)]
    lists = {"reader": TEXT, "chosen": TEXT, "n_read": 6, "read": named, "popular": named, "recommended": named}
    (run.path / "reader_lists.json").write_text(json.dumps(lists), encoding="utf-8")
    try:
        view = {"dataset": dataset.name, "run": run.id, "user": first["user_id"], "beside": "popularity"}
        yield Hostile(dataset.name, draft.id, run, view)
    finally:
        for path in (
            run.path,
            workspace.datasets / "hostile",
            workspace.root / "lf_sets" / "hostile",
            workspace.root / "notes" / "hostile",
        ):
            shutil.rmtree(path)
