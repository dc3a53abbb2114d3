"""What has to stand in result.json for pages, tables and the report to read it."""

from typing import Any

from pydantic import BaseModel, ConfigDict

Measured = dict[str, float | dict[str, Any] | None]  # a metric, or intervals of metrics


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


class _Labels(_Open):
    label_model: str | None = None
    text_model: bool = False
    weights: dict[str, Any] = {}
    class_balance: dict[str, Any] = {}
    warnings: list[str] = []


class _Model(_Open):
    """A baseline, or the network alone."""

    test: Measured | None = None
    ranking: Measured | None = None
    tutorial_protocol: Measured | None = None


class ResultShape(_Model):
    """The parts that every run has, and those that some have, where they are there; others are not looked at."""

    test: Measured
    valid: Measured | None = None
    network: _Model | None = None
    baselines: dict[str, _Model | None] | None = None
    rivals: dict[str, dict[str, Any]] | None = None
    blend: dict[str, float | None] | None = None
    cuts: dict[str, dict[str, Any]] | None = None
    recovered: dict[str, Any] | None = None
    labels: _Labels = _Labels()
    training: dict[str, float | None] | None = None


class Epoch(_Open):
    """A line of metrics.jsonl."""

    epoch: float
