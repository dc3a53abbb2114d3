"""The inputs of a run."""

from pathlib import PurePath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from weakrec_core.data.gold_by_hand import HandGold
from weakrec_core.data.noun import Noun
from weakrec_core.errors import quoted
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.lf_set import LFSet, lf_set_of

TextChoice = Literal["auto", "on", "off"]  # auto: where it helps on dev


class RunConfig(BaseModel):
    """The inputs of a run, frozen when it is created.

    Attributes
    ----------
    lf_set : dict
        The whole LF set as plain values, so that a later edit changes nothing.
    train : dict
        Fields of `weakrec_core.network.config.TrainConfig`.
    budget : float or None
        Minutes of training after which no other epoch is begun; the run is measured as usual then.
    class_balance : float or None
        P(POSITIVE) given to the label model; None = its share among dev's gold labels.
    snorkel : SnorkelConfig
        Of Snorkel's LabelModel, where that is the label model.
    noun : Noun
        What the dataset calls its items.
    by_time : bool
        Whether the last rows of each user are held out; else users of valid and test are not trained on.
    data_fingerprint : str or None
        Of the data as ingested; None of runs made before there were labels by hand: `fingerprint` is it.
    hand_gold : HandGold or None
        How many dev rows had a label given by hand; which ones, `fingerprint` says.
    cut : str or None
        A goal of `weakrec_core.stats.decision_cut.best_cut` to measure test at, beside the usual ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    fingerprint: str = Field(pattern=r"^[A-Za-z0-9]{1,64}$")
    lf_set: dict[str, Any]
    lf_version: str
    label_model: str
    min_confidence: float
    text_model: TextChoice
    train: dict[str, Any]
    created: str
    libraries: dict[str, str]
    budget: float | None = Field(None, gt=0, allow_inf_nan=False)
    class_balance: float | None = Field(None, gt=0, lt=1)
    snorkel: SnorkelConfig = SnorkelConfig()
    noun: Noun = Noun()
    by_time: bool = False
    cut: str | None = None
    data_fingerprint: str | None = Field(None, pattern=r"^[A-Za-z0-9]{1,64}$")
    hand_gold: HandGold | None = None

    @property
    def lf_set_title(self) -> str:
        """The LF set and its version; the file that it was read from alone, where that is called like it."""
        name = str(self.lf_set["name"])
        return self.lf_version if PurePath(self.lf_version).stem == name else f"{name} {self.lf_version}"

    @property
    def frozen_lf_set(self) -> LFSet:
        """The LF set; `SpecError` if it is none, as of a file that was changed by hand."""
        return lf_set_of(self.lf_set, f"The LF set {quoted(self.lf_set['name'])} of a run")

    @property
    def data(self) -> str:
        """The fingerprint of the data as ingested, which test and its looks go by."""
        return self.data_fingerprint or self.fingerprint

    @field_validator("lf_set", "train")
    @classmethod
    def _says_what_lists_show(cls, values: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        shown: dict[str, type] = (
            {"name": str, "lfs": list} if info.field_name == "lf_set" else {"preset": str, "seed": int}
        )
        for key, kind in shown.items():
            if not isinstance(values.get(key), kind):
                raise ValueError(f"{key} is missing")
        return values
