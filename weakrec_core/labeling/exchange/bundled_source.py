"""The source of functions with all that they use of this library, so that it runs without the library."""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_LIBRARY = __name__.split(".")[0]


@dataclass(frozen=True)
class Bundle:
    """Functions and what they use.

    Attributes
    ----------
    imports : frozenset of str
        Import statements.
    source : str
        Definitions.
    names : frozenset of str
        What is imported and defined.
    """

    imports: frozenset[str]
    source: str
    names: frozenset[str]


def bundle(functions: Iterable[Callable[..., object]], decorators: Iterable[str] = ()) -> Bundle:
    """Gather top-level functions, the names that they use, the names that these use, and so on.

    Parameters
    ----------
    decorators : iterable of str
        What stands over each of the functions, in place of the library's own.
    """
    gathered = _Gathered()
    for function in functions:
        gathered.add(function.__module__, function.__name__, tuple(decorators))
    source = "\n\n\n".join(module.source for module in gathered.modules.values() if module.wanted)
    defined = {
        name for module in gathered.modules.values() for name, node in module.bound.items() if node in module.wanted
    }
    return Bundle(frozenset(gathered.imports), source, frozenset(defined | gathered.imported))


@dataclass
class _Gathered:
    imports: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    modules: "dict[str, _Module]" = field(default_factory=dict)

    def add(self, module_name: str, name: str, decorators: tuple[str, ...] = ()) -> None:
        """Want a name of a module, if the module binds it, and what its definition uses."""
        if module_name not in self.modules:
            self.modules[module_name] = _Module(module_name)
        module = self.modules[module_name]
        node = module.bound.get(name)
        if node is None or node in module.wanted:
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = node.module if isinstance(node, ast.ImportFrom) else None
            if (origin or "").split(".")[0] == _LIBRARY:
                self.add(str(origin), name)
                self.modules[module_name] = self.modules.pop(module_name)  # after what it uses
            else:
                alias = next(a for a in node.names if name in (a.asname, a.name.split(".")[0]))
                self.imports.add(
                    f"from {origin} import {ast.unparse(alias)}" if origin else f"import {ast.unparse(alias)}"
                )
                self.imported.add(name)
            return
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [d for d in node.decorator_list if not module.is_of_library(d)]
            decorators += tuple(f"@{ast.unparse(d)}" for d in node.decorator_list)
        module.wanted[node] = decorators
        for used in ast.walk(node):
            if isinstance(used, ast.Name):
                self.add(module_name, used.id)


class _Module:
    """A module's source, and the statements of it that are wanted, with what to decorate them with."""

    def __init__(self, name: str):
        text = Path(str(sys.modules[name].__file__)).read_text(encoding="utf-8")
        self._lines = text.splitlines()
        self._tree = ast.parse(text)
        self.bound = {bound: node for node in self._tree.body for bound in _bound(node)}
        self.wanted: dict[ast.stmt, tuple[str, ...]] = {}

    def is_of_library(self, decorator: ast.expr) -> bool:
        """Whether a decorator was imported from this library."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        origin = self.bound.get(called.id) if isinstance(called, ast.Name) else None
        return isinstance(origin, ast.ImportFrom) and str(origin.module).split(".")[0] == _LIBRARY

    @property
    def source(self) -> str:
        """The wanted statements in their order, each with the comment over it, as far apart as they were."""
        parts: list[str] = []
        last, last_is_block = 0, True
        for node in self._tree.body:
            if node not in self.wanted or node.end_lineno is None:
                continue
            first = node.lineno - 1
            comment = first
            while not self.wanted[node] and self._lines[comment - 1].startswith("#"):
                comment -= 1
            is_block = isinstance(node, ast.FunctionDef | ast.ClassDef)
            parts += [""] * (2 if is_block or last_is_block else comment > last) if parts else []
            parts += [*self._lines[comment:first], *self.wanted[node], *self._lines[first : node.end_lineno]]
            last, last_is_block = node.end_lineno, is_block
        return "\n".join(parts)


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
