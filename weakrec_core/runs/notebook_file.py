"""A notebook that repeats a run, from the dataset to its test metrics."""

import json
from typing import Any

from weakrec_core.errors import WeakrecError
from weakrec_core.runs.inputs import label_model_named
from weakrec_core.runs.result_tables import finished
from weakrec_core.runs.store import Run

Cell = dict[str, Any]


def render_notebook(run: Run) -> str:
    """The notebook of a finished run, as a Jupyter file (nbformat 4.5).

    It makes the run's labels and trains its network anew, with its LF set, label model, preset and seed, and puts the test
    metrics beside those recorded. Where the workspace still has the dataset, it says how that was made of its raw files, too.

    Raises
    ------
    RunError
        If the run has no result.
    """
    result = finished(run)
    config, train, labels = run.config, run.config.train, result["labels"]
    libraries = ", ".join(f"{name} {version}" for name, version in config.libraries.items())
    fit = {"text_model": labels["text_model"], "prior": config.class_balance}
    training = {"min_confidence": config.min_confidence, "epochs": train["epochs"], "seed": train["seed"]}
    training |= {} if config.budget is None else {"budget": config.budget}
    lf_set = config.frozen_lf_set
    cells = [
        _markdown(
            f"# Run {run.id}, repeated",
            f"LF set {lf_set.name}, label model {label_model_named(run)}, preset {train['preset']}, seed {train['seed']}. "
            f"It was made with {libraries}; with others the figures may differ.",
        ),
        _code(
            "import pandas as pd",
            "",
            "import weakrec_core as wr",
            "from weakrec_core.label_model.snorkel_config import SnorkelConfig",
        ),
        _markdown("## Data"),
        _code(*_ingest(run)),
        _code(
            f"dataset = wr.load_dataset({config.dataset!r}{_gold_as_of(run)})",
            f'assert dataset.fingerprint == "{config.fingerprint}", "these are not the data of the run"',
            "dataset",
        ),
        _markdown("## Labeling functions"),
        _code(
            f"lf_set = wr.LFSet.from_yaml({_block(lf_set.to_yaml())})",
            "applied = lf_set.apply(dataset)",
            "applied.summary()",
        ),
        _markdown("## Labels"),
        _code(
            f"config = SnorkelConfig({_arguments(config.snorkel.model_dump())})",
            f"labels = wr.fit(applied, {labels['label_model']!r}, {_arguments(fit)}, config=config)",
            "labels.probabilities",
        ),
        _markdown("## Training, and test"),
        _code(
            f"run = wr.train(dataset, labels, {train['preset']!r}, {_arguments(training)})",
            f"recorded = {result['test']!r}",
            'pd.DataFrame({"repeated": run.test, "recorded": recorded})',
        ),
    ]
    notebook = {
        "cells": [cell | {"id": f"cell-{i}"} for i, cell in enumerate(cells) if cell["source"]],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _ingest(run: Run) -> list[str]:
    """How the dataset is made of its raw files, where it is not there; nothing if that is not known any more."""
    try:
        meta = run.open_dataset().meta
    except WeakrecError:
        return []
    if "files" not in meta:
        return []
    if meta["source"] == "table":
        module, made = "table", "ingest_table"
        names, config = "Columns, ItemFacts, TableConfig, ingest_table", "TableConfig"
        columns = {role: column for role, column in meta["columns"].items() if role != "items_id"}
        more = [f"columns=Columns({_arguments(columns)})", f"noun=Noun{tuple(meta['noun'])!r}"]
        if items := meta["files"].get("items"):
            more.append(f"facts=ItemFacts(file=Path({items!r}), id={meta['columns']['items_id']!r})")
        paths = {"path": meta["files"]["ratings"]}
    else:
        module, made = "goodreads", "ingest_goodreads"
        names, config, more, paths = "GoodreadsConfig, ingest_goodreads", "GoodreadsConfig", [], meta["files"]
    name = run.config.dataset
    arguments = [
        "Workspace.from_environment()",
        repr(name),
        *(f"{key}=Path({file!r})" for key, file in paths.items()),
        *more,
        f"config={config}({_arguments(meta['filters'])}{_format(meta)})",
        f"splits=SplitConfig({_arguments(meta['splits'])})",
    ]
    return [
        "from pathlib import Path",
        "",
        f"from weakrec_core.data.ingest.{module} import {names}",
        *(["from weakrec_core.data.noun import Noun"] if more else []),
        "from weakrec_core.data.splits import SplitConfig",
        "from weakrec_core.workspace import Workspace",
        "",
        f"if {name!r} not in wr.list_datasets():  # the files lie beside the notebook, or the paths are yours to change",
        f"    {made}(",
        *(f"        {argument}," for argument in arguments),
        "    )",
    ]


def _format(meta: dict[str, Any]) -> str:
    """How a table is written, as it was said or found."""
    known = {key: value for key, value in meta.get("format", {}).items() if key != "kind" and value != ""}
    return f", format={known!r}" if known else ""


def _arguments(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def _block(text: str) -> str:
    """A text of several lines as a literal."""
    return '"""\\\n' + text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') + '"""'


def _markdown(*paragraphs: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(paragraphs)}


def _code(*lines: str) -> Cell:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": "\n".join(lines)}


def _gold_as_of(run: Run) -> str:
    """The argument that opens a dataset with the labels by hand that the run had, where it had some."""
    return "" if run.config.hand_gold is None else f', "{run.config.fingerprint}"'
