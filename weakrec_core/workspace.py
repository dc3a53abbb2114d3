"""The workspace: one directory with all that the workbench keeps."""

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "WEAKREC_HOME"


@dataclass(frozen=True)
class Workspace:
    """``$WEAKREC_HOME`` and the stores in it.

    Made at the edges, by a command, a page or the process of a job, and passed in. What has a dataset or a run has its
    workspace, too: ``dataset.workspace``, ``run.workspace``.

    Attributes
    ----------
    root : Path
        Absolute; need not exist yet.
    """

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).resolve())

    @classmethod
    def from_environment(cls) -> "Workspace":
        """The workspace that ``$WEAKREC_HOME`` names, by default ``./workspace``."""
        return cls(Path(os.environ.get(HOME_VARIABLE, "workspace")))

    @property
    def environment(self) -> dict[str, str]:
        """What a process of its own needs to find this workspace."""
        return {HOME_VARIABLE: str(self.root)}

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def lf_sets(self) -> Path:
        """Saved versions of LF sets."""
        return self.root / "lf_sets"

    @property
    def drafts(self) -> Path:
        """LF sets being edited."""
        return self.root / "drafts"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def pinned(self) -> Path:
        """Which run others are compared with, by dataset fingerprint."""
        return self.root / "pinned"

    @property
    def shares(self) -> Path:
        """Links that show one run to others, by their hash."""
        return self.root / "shares"

    @property
    def notes(self) -> Path:
        """Stars and notes on rows, by dataset."""
        return self.root / "notes"

    @property
    def gold(self) -> Path:
        """Labels given by hand, by dataset and fingerprint of its data."""
        return self.root / "gold"

    @property
    def test_looks(self) -> Path:
        """Which runs' test metrics were looked at, by dataset fingerprint."""
        return self.root / "looks"

    @property
    def jobs(self) -> Path:
        """Datasets being made."""
        return self.root / "data-jobs"

    @property
    def uploads(self) -> Path:
        """Files that were uploaded to be made into datasets."""
        return self.root / "uploads"

    @property
    def logs(self) -> Path:
        """What servers had to say."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """What an ingest puts aside for the while."""
        return self.root / "scratch"

    @property
    def signals(self) -> Path:
        """Cached signals and languages, by dataset fingerprint."""
        return self.root / "cache" / "signals"

    @property
    def scored_texts(self) -> Path:
        """Cached signals of texts, by signal and hash of the text."""
        return self.root / "cache" / "texts"

    @property
    def baselines(self) -> Path:
        """Cached baselines, by dataset fingerprint."""
        return self.root / "cache" / "baselines"

    @property
    def python_votes(self) -> Path:
        """Cached votes of Python LFs, by dataset fingerprint and source."""
        return self.root / "cache" / "python_lfs"

    @property
    def prompt_votes(self) -> Path:
        """What language models answered, by prompt and model; paid for, so no cache."""
        return self.root / "prompt_votes"

    @property
    def tracked_artifacts(self) -> Path:
        """What MLflow keeps of runs where it has no place of its own."""
        return self.root / "mlflow-artifacts"
