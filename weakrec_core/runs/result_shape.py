"""What has to stand in result.json for pages, tables and the report to read it."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from weakrec_core.stats.verdicts import SAME

Interval = Annotated[list[float], Field(min_length=2, max_length=2)] | None
Measured = dict[str, float | dict[str, Interval] | None]  # a metric, or intervals of metrics


def _with_rows(metrics: Measured) -> Measured:
    if not isinstance(metrics.get("n"), float):
        raise ValueError("n, the number of rows, is missing")
    return metrics


_Counted = Annotated[Measured, AfterValidator(_with_rows)]


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False, strict=True)


class _Counts(_Open):
    rows: int
    covered: int


class _Balance(_Open):
    POSITIVE: float


class _Labels(_Open):
    train: _Counts
    dev: _Counted
    dev_with_a_vote: _Counted | None = None
    label_model: str
    text_model: bool
    weights: dict[str, float | None]
    class_balance: _Balance
    warnings: list[str]


class _Training(_Open):
    epochs_run: int
    seconds: float


class _Model(_Open):
    """A baseline, or the network alone."""

    test: Measured | None = None
    ranking: Measured | None = None
    tutorial_protocol: Measured | None = None


class _Rival(_Open):
    rival: str
    difference: float
    interval: Interval
    verdict: str

    @model_validator(mode="after")
    def _by_an_interval(self) -> Self:
        if self.verdict != SAME and self.interval is None:
            raise ValueError(f"a verdict other than {SAME!r} needs an interval")
        return self


class _Lists(_Open):
    with_labels: float = Field(alias="with")
    without: float
    difference: float
    interval: Interval
    verdict: str


class _Cut(_Open):
    cut: float
    test: dict[str, float | None]


class _Recovered(_Open):
    sentence: str | None = None


class ResultShape(_Model):
    """The parts that every run has, and those that some have, where they are there; others are not looked at."""

    test: _Counted
    valid: Measured | None = None
    network: _Model | None = None
    baselines: dict[str, _Model | None] | None = None
    rivals: dict[str, _Rival] | None = None
    blend: dict[str, float | None] | None = None
    lists: _Lists | None = None
    cuts: dict[str, _Cut] | None = None
    recovered: _Recovered | None = None
    labels: _Labels
    training: _Training

    @model_validator(mode="after")
    def _lists_of_a_blend(self) -> Self:
        if self.lists is not None and (self.blend or {}).get("label_floor") is None:
            raise ValueError("lists, which need blend and its label_floor")
        return self


class Epoch(_Open):
    """A line of metrics.jsonl."""

    epoch: float
