"""The library in a notebook or a script: one line a step, in the workspace that ``$WEAKREC_HOME`` names."""

from pathlib import Path
from tempfile import TemporaryDirectory

from weakrec_core.data import dataset as stored
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.noun import Noun
from weakrec_core.errors import RunError
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.label_train import TrainLabels, label_train
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.text_labels import label_train_with_text
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import find_lf_set
from weakrec_core.runs.store import Run, new_run, open_run
from weakrec_core.workspace import Workspace

_DEMO, _DEMO_DEV_ROWS = "demo", 8000


def list_datasets() -> list[str]:
    """Names of the datasets in the workspace, sorted.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> "demo" in wr.list_datasets()
    True
    """
    return stored.list_datasets(Workspace.from_environment())


def load_dataset(name: str, fingerprint: str | None = None) -> Dataset:
    """Open a dataset of the workspace; each of its parts is read when first asked for.

    Parameters
    ----------
    fingerprint : str, optional
        Open it with the labels given by hand that it had when this was its fingerprint; by default with all of them.

    Raises
    ------
    DataError
        If there is none of that name.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> wr.load_dataset("demo").split("dev")[["user_idx", "book_idx", "gold"]].head(1).columns.tolist()
    ['user_idx', 'book_idx', 'gold']
    """
    return stored.open_dataset(Workspace.from_environment(), name, fingerprint)


def load_demo() -> Dataset:
    """The synthetic demo data as dataset ``demo``; made the first time, which takes about ten seconds.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> wr.load_demo()  # doctest: +ELLIPSIS
    Dataset('demo': ... train, ... dev, ... valid, ... test; ... users, ... books)
    """
    from weakrec_core.data.demo.raw_files import write_demo
    from weakrec_core.data.ingest.goodreads import ingest_goodreads
    from weakrec_core.data.splits import SplitConfig

    if _DEMO in list_datasets():
        return load_dataset(_DEMO)
    with TemporaryDirectory() as raw:
        files = write_demo(Path(raw))
        return ingest_goodreads(
            Workspace.from_environment(),
            _DEMO,
            files["reviews"],
            files["books"],
            files["interactions"],
            splits=SplitConfig(dev_rows=_DEMO_DEV_ROWS),
        )


def ingest_table(
    path: str | Path,
    name: str,
    *,
    user: str,
    item: str,
    rating: str,
    text: str | None = None,
    title: str | None = None,
    creator: str | None = None,
    noun: str = "item",
    positive: float | str | None = None,
    dev_rows: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Make a dataset from a table of ratings: CSV, TSV, JSON, JSON lines, Parquet or xlsx.

    Parameters
    ----------
    name : str
        Of the new dataset.
    user, item, rating, text, title, creator : str
        Names of the table's columns.
    noun : str
        What an item is called, for people: ``film``, or ``mouse/mice``.
    positive : float or str, optional
        Ratings from this on are POSITIVE: one as the table has them, or a share of the scale such as ``60%``; by default 4 on
        scales up to 5, the upper of two values, else 60%.
    dev_rows : int, optional
        Rows of the gold-labeled dev set; by default a tenth of the rows, at most 8,000.

    Raises
    ------
    DataError
        With one sentence that names the file, line or column.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> films = wr.ingest_table("films.csv", "films", user="who", item="film", rating="stars", noun="film")  # doctest: +SKIP
    """
    from weakrec_core.data.ingest.table import Columns, TableConfig
    from weakrec_core.data.ingest.table import ingest_table as ingest
    from weakrec_core.data.splits import SplitConfig

    columns = Columns(user=user, item=item, rating=rating, text=text, title=title, creator=creator)
    splits = SplitConfig(dev_rows=dev_rows, seed=seed)
    return ingest(
        Workspace.from_environment(),
        name,
        Path(path),
        columns,
        TableConfig(positive=positive),
        splits,
        noun=Noun.parse(noun),
    )


def load_lf_set(path: str | Path) -> LFSet:
    """Read an LF set: a YAML file, or the latest version of a saved or shipped set by its name.

    Raises
    ------
    SpecError
        Naming the file, the LF and the field; or if there is no set of that name.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> wr.load_lf_set("tutorial").name  # as is wr.load_lf_set("lfs/tutorial.yaml").name
    'tutorial'
    """
    return find_lf_set(Workspace.from_environment(), path)[0]


def fit(
    applied: AppliedSet,
    label_model: str = AUTO,
    *,
    text_model: bool = False,
    prior: float | None = None,
    config: SnorkelConfig | None = None,
) -> TrainLabels:
    """Fit a label model to the votes of an LF set, and label train.

    Parameters
    ----------
    label_model : str
        ``auto``, the one recommended on dev, or a kind: ``snorkel``, ``majority``, ``calibrated``.
    text_model : bool
        Also label reviews that no LF votes on, by a text model that learns from the labels of the others.
    prior : float, optional
        The class balance P(POSITIVE); by default that of dev's gold.
    config : SnorkelConfig, optional
        Settings of Snorkel's LabelModel.

    Raises
    ------
    LabelModelError
        If the model cannot be fitted to these votes.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> labels = wr.fit(wr.load_lf_set("lfs/tutorial.yaml").apply(wr.load_demo()), "majority")
    >>> labels.probabilities.columns.tolist()
    ['user_id', 'book_id', 'p_positive', 'covered']
    """
    return (label_train_with_text if text_model else label_train)(applied, label_model, prior, config)


def train(
    dataset: Dataset,
    labels: TrainLabels,
    preset: str = "recommended",
    *,
    min_confidence: float = 0.5,
    epochs: int | None = None,
    seed: int = 0,
    budget: float | None = None,
) -> Run:
    """Train a network on labels in this process, measure it beside its baselines, and keep it as a run of the workspace.

    Parameters
    ----------
    labels : TrainLabels
        From `fit`, on the same dataset.
    min_confidence : float
        Of the likelier label, for a row to be trained on.
    epochs : int, optional
        At most; by default the preset's.
    budget : float, optional
        Minutes after which no other epoch is begun.

    Returns
    -------
    Run
        ``run.test`` has the metrics on test, ``run.result`` all of them.

    Raises
    ------
    WeakrecError
        If the labels are not of this dataset, or the training fails or is stopped.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> ds = wr.load_demo()
    >>> labels = wr.fit(wr.load_lf_set("lfs/tutorial.yaml").apply(ds), "majority")
    >>> run = wr.train(ds, labels, epochs=1)  # doctest: +SKIP
    >>> run.test["auc"]  # doctest: +SKIP
    0.69
    """
    from weakrec_core.runs.job import execute

    applied = labels.applied
    if applied.dataset.fingerprint != dataset.fingerprint:
        raise RunError(f"The labels were made on dataset {applied.dataset.name!r}, not on {dataset.name!r}.")
    run = new_run(
        dataset,
        applied.lf_set,
        "from a notebook",
        labels.model.kind,
        min_confidence=min_confidence,
        text_model="off" if labels.text is None else "on",
        preset=preset,
        epochs=epochs,
        seed=seed,
        budget=budget,
        class_balance=labels.prior,
        snorkel=labels.config,
    )
    if execute(run) is None:
        raise RunError(f"Run {run.id} was cancelled.")
    return run


def load_run(run_id: str) -> Run:
    """A run of the workspace by its id; `RunError` if there is none.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> wr.load_run("20261125-120000-ab12").test["auc"]  # doctest: +SKIP
    0.69
    """
    return open_run(Workspace.from_environment(), run_id)
