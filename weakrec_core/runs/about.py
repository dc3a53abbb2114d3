"""What people say of a run, and may say otherwise later: a small file beside what is frozen."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from weakrec_core.limits import RUN_NAME_CHARACTERS, RUN_NOTES_CHARACTERS

ABOUT_FILE = "about.json"


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


class About(BaseModel):
    """Name and notes of a run; empty where nobody gave any."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)

    name: Annotated[str, BeforeValidator(_one_line)] = Field("", max_length=RUN_NAME_CHARACTERS)
    notes: str = Field("", max_length=RUN_NOTES_CHARACTERS)
