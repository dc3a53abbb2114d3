"""Which language model may be asked: the operator's setting, never a page's."""

import math
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from weakrec_core.errors import WeakrecError, quoted

URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE = "WEAKREC_LLM_URL", "WEAKREC_LLM_MODEL", "WEAKREC_LLM_KEY"
PRICES_VARIABLE = "WEAKREC_LLM_PRICES"  # of a million tokens asked and answered, "0.15,0.60"
PARALLEL_VARIABLE, TIMEOUT_VARIABLE = "WEAKREC_LLM_PARALLEL", "WEAKREC_LLM_TIMEOUT"
_CHAT = "/chat/completions"


@dataclass(frozen=True)
class Endpoint:
    """A server that speaks OpenAI's protocol, and the model to ask there.

    Attributes
    ----------
    url : str
        Of ``…/v1/chat/completions``.
    key : str or None
        Sent as a bearer token; never shown.
    prices : (float, float) or None
        Of a million tokens asked and answered, in the operator's currency; None: not known, or free.
    parallel : int
        Requests at once.
    timeout : float
        Seconds that one answer may take.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    prices: tuple[float, float] | None = None
    parallel: int = 4
    timeout: float = 60.0

    @property
    def host(self) -> str:
        """Where texts are sent, for people."""
        return urlsplit(self.url).netloc

    def cost(self, asked: int, answered: int) -> float | None:
        """What so many tokens cost; None without prices."""
        return None if self.prices is None else (asked * self.prices[0] + answered * self.prices[1]) / 1e6

    @classmethod
    def from_environment(cls) -> "Endpoint | None":
        """What ``$WEAKREC_LLM_URL`` and ``$WEAKREC_LLM_MODEL`` name; None where neither is set.

        Raises
        ------
        WeakrecError
            If one of the variables cannot be used.
        """
        url, model = (os.environ.get(name, "").strip() for name in (URL_VARIABLE, MODEL_VARIABLE))
        if not url and not model:
            return None
        if not url or not model:
            raise WeakrecError(f"{URL_VARIABLE} and {MODEL_VARIABLE} belong together: one of them is not set.")
        return cls(
            _chat_url(url),
            model,
            os.environ.get(KEY_VARIABLE, "").strip() or None,
            _prices(),
            int(_number(PARALLEL_VARIABLE, 4, 1, 64)),
            _number(TIMEOUT_VARIABLE, 60, 0.1, 3600),
        )


def needed_endpoint() -> Endpoint:
    """The endpoint; `WeakrecError` says how to set one where there is none."""
    endpoint = Endpoint.from_environment()
    if endpoint is None:
        raise WeakrecError(
            f"No language model can be asked: whoever starts the workbench names one with {URL_VARIABLE} and {MODEL_VARIABLE}."
        )
    return endpoint


def _chat_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise WeakrecError(f"{URL_VARIABLE} is not the address of a server, such as http://127.0.0.1:11434/v1.")
    path = parts.path.rstrip("/")
    return parts._replace(path=path if path.endswith(_CHAT) else (path or "/v1") + _CHAT).geturl()


def _prices() -> tuple[float, float] | None:
    text = os.environ.get(PRICES_VARIABLE, "").strip()
    if not text:
        return None
    try:
        asked, answered = (float(part) for part in text.split(","))
    except ValueError:
        asked = answered = math.nan
    if not (0 <= asked < math.inf and 0 <= answered < math.inf):
        raise WeakrecError(
            f"{PRICES_VARIABLE} is {quoted(text)}, not two prices of a million tokens, such as 0.15,0.60."
        )
    return asked, answered


def _number(variable: str, default: float, low: float, high: float) -> float:
    text = os.environ.get(variable, "").strip()
    try:
        value = float(text or default)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise WeakrecError(f"{variable} is {quoted(text)}, not a number from {low:g} to {high:g}.")
    return value
