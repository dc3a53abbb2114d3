"""Python code laid out as ruff and black lay it out."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 120


@dataclass(frozen=True)
class Bracketed:
    """What stands in brackets: on one line if it fits there, else one item a line."""

    opening: str
    items: "Sequence[str | Bracketed]"
    closing: str

    @property
    def flat(self) -> str:
        return self.opening + ", ".join(map(_flat, self.items)) + self.closing

    def laid_out(self, indent: int = 0, behind: int = 0) -> str:
        """The code, its first line without the indent, where so many characters follow on its last line."""
        if indent + len(self.flat) + behind <= WIDTH:
            return self.flat
        inner = [item if isinstance(item, str) else item.laid_out(indent + 4, 1) for item in self.items]
        lines = (f"{' ' * (indent + 4)}{item},\n" for item in inner)
        return f"{self.opening}\n{''.join(lines)}{' ' * indent}{self.closing}"


def literal(text: str) -> str:
    """A text as a literal, in double quotes where that needs no more escapes."""
    plain = repr(text)
    if plain[0] == '"' or plain.count('"') > plain[1:-1].count("'"):
        return plain
    return '"' + plain[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'


def number(value: float) -> str:
    """A number as a literal, whole ones without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).replace("e+", "e")


def docstring(lines: Sequence[str]) -> str:
    """Lines of text as a docstring."""
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    closed = text.endswith('"') and len(lines) == 1
    return f'"""{text}\n"""' if len(lines) > 1 else f'"""{text[:-1]}\\""""' if closed else f'"""{text}"""'


def _flat(item: str | Bracketed) -> str:
    return item if isinstance(item, str) else item.flat
