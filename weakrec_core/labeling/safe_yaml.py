"""YAML from anybody: plain values only, within limits, each key written once."""

from typing import Any

import yaml

from weakrec_core.errors import SpecError, quoted
from weakrec_core.limits import LF_SET_CHARACTERS, YAML_DEPTH, YAML_VALUES


class _Loader(yaml.SafeLoader):
    """YAML's safe loader with a limit on depth and on values, aliases written out, and no key twice.

    The safe loader by itself keeps the last of several values of one key, and a few lines of nested aliases or merge keys
    stand for more values than memory holds.
    """

    def __init__(self, text: str):
        super().__init__(text)
        self._depth = 0
        self._sizes: dict[yaml.Node, int] = {}  # values in each node, aliases written out
        self._size = 0  # of what is composed so far of the node at hand

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        mark, alias = self.peek_event().start_mark, self.check_event(yaml.AliasEvent)  # type: ignore[no-untyped-call]
        before, self._size = self._size, 0
        self._depth += 1
        if self._depth > YAML_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"it is nested more than {YAML_DEPTH} deep", mark)
        node = super().compose_node(parent, index)
        assert node is not None
        self._depth -= 1
        if alias and node not in self._sizes:
            raise yaml.composer.ComposerError(None, None, "an alias stands within what it names", mark)
        size = self._sizes[node] if alias else self._size + 1
        self._sizes[node] = size
        self._size = before + size
        if self._size > YAML_VALUES:
            problem = f"it has more than {YAML_VALUES:,} values, aliases written out"
            raise yaml.composer.ComposerError(None, None, problem, mark)
        return node

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        keys: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in keys:
                problem = f"key {quoted(key.value)} is written twice"
                raise yaml.composer.ComposerError(None, None, problem, key.start_mark)
            keys.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        return node


def read_yaml(text: str, source: str) -> Any:
    """The values of a YAML text; `source` is what error messages call it.

    Raises
    ------
    SpecError
        If it is no YAML, or beyond a limit.
    """
    if len(text) > LF_SET_CHARACTERS:
        raise SpecError(f"{source} has {len(text):,} characters; an LF set has at most {LF_SET_CHARACTERS:,}.")
    try:
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as e:  # the latter: "2020-13-45", "? {}"
        mark = getattr(e, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(e, "problem", None) or str(e).splitlines()[0]
        raise SpecError(f"{source}{line} is not valid YAML: {problem[:300]}.") from None
