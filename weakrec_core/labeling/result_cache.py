"""What has been computed from an LF set over a dataset, kept so that an edit computes what it changes and no more."""

import inspect
import sys
import threading
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

MAX_BYTES = 512 << 20

P = ParamSpec("P")
T = TypeVar("T")


class ResultCache:
    """Results by key; the least recently used ones are dropped where all together take more than `max_bytes`.

    Several threads may ask at once: of those that want the same result one computes it and the others wait.
    """

    def __init__(self, max_bytes: int = MAX_BYTES):
        self._results: LRUCache[Hashable, Any] = LRUCache(max_bytes, getsizeof=size_of)
        self._condition = threading.Condition()
        self._get = cached(self._results, key=lambda key, compute: key, condition=self._condition)(
            lambda key, compute: compute()
        )

    @property
    def n_bytes(self) -> int:
        """What the results take now."""
        return int(self._results.currsize)

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result of that key, computed if it is not there; an error of `compute` is raised and not kept."""
        result = cast(T, self._get(key, compute))
        # Copied on write: what one session does to its table the others do not see.
        return cast(T, result.copy(deep=False)) if isinstance(result, pd.DataFrame) else result


class Keyed(Protocol):
    """What results can be remembered of: `key` says all that they depend on, settings of the functions aside."""

    @property
    def key(self) -> Hashable: ...

    @property
    def cache(self) -> ResultCache: ...


K = TypeVar("K", bound=Keyed)


def remembered(function: Callable[Concatenate[K, P], T]) -> Callable[Concatenate[K, P], T]:
    """Remember what a function of an applier or an applied set gives, by its key and all other arguments.

    The arguments must be hashable, defaults count as given, and results are shared: they must not be changed.
    """
    signature = inspect.signature(function)
    n_settings = len(signature.parameters) - 1

    @wraps(function)
    def remembering(of: K, /, *args: P.args, **kwargs: P.kwargs) -> T:
        settings: tuple[object, ...] = args
        if len(args) < n_settings:
            bound = signature.bind(of, *args, **kwargs)
            bound.apply_defaults()
            settings = tuple(bound.arguments.values())[1:]
        key = (function.__module__, function.__qualname__, of.key, settings)
        return of.cache.get(key, lambda: function(of, *args, **kwargs))

    return cast(Callable[Concatenate[K, P], T], remembering)


def size_of(result: object) -> int:
    """Bytes that a result takes, about: arrays, tables and what dataclasses and containers hold of them.

    Other objects, such as the dataset, are kept by others and count as nothing.
    """
    if isinstance(result, np.ndarray):
        return int(result.nbytes)
    if isinstance(result, pd.DataFrame):
        return int(result.memory_usage(index=True, deep=True).sum())
    if isinstance(result, (str, bytes, int, float, type(None))):
        return sys.getsizeof(result)
    if is_dataclass(result) and not hasattr(result, "cache"):  # an applied set is kept by others
        return sum(size_of(getattr(result, field.name)) for field in fields(result))
    if isinstance(result, dict):
        return sum(size_of(key) + size_of(value) for key, value in result.items())
    if isinstance(result, (list, tuple)):
        return sum(map(size_of, result))
    if hasattr(result, "indptr"):  # a sparse matrix
        return sum(size_of(getattr(result, part)) for part in ("data", "indices", "indptr"))
    return sys.getsizeof(result)
