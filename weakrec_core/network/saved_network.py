"""What a saved network may hold, looked at before Keras opens the file: it may come from anybody, and Keras is a large program."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from weakrec_core import limits
from weakrec_core.errors import DataError, RunError, quoted
from weakrec_core.packing import DAMAGED, check_archive

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_LAYERS = ("InputLayer", "Embedding", "Dense")  # what presets build networks of, beside operations
_MODELS = (("keras.src.models.functional", "Functional"), ("keras", "DTypePolicy"))
_PLAIN = ("__keras_tensor__", "__slice__")  # what operations are given
_NUMBER = 4  # bytes


def check_saved_network(path: Path) -> None:
    """Raise `RunError` unless a file is a network of stock layers and operations, no larger than its weights.

    Code, files that it names, layers that presets do not use, and tables that the weights do not fill are refused. TensorFlow is
    not loaded.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            check_archive(archive, path, limits.RUN)
            if sizes[_CONFIG] > limits.NETWORK_CONFIG_BYTES:
                raise RunError(f"{path} is not a network that can be loaded: its {_CONFIG} is too long.")
            config, weights = json.loads(archive.read(_CONFIG)), sizes[_WEIGHTS]
    except DataError as e:
        raise RunError(str(e)) from None
    except DAMAGED as e:
        raise RunError(f"{path} is not a network that can be loaded ({type(e).__name__}).") from None
    numbers = 0
    for part in _parts(config):
        module, name = part.get("module"), part["class_name"]
        if not _usual(module, name):
            raise RunError(
                f"{path} is not loaded: {quoted(name)} of {quoted(module)} is nothing that a network here has."
            )
        numbers += _numbers(part.get("config"))
    if numbers * _NUMBER > weights:
        raise RunError(
            f"{path} is not loaded: it says that it has {numbers:,} weights or more, which its file cannot hold."
        )


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """The objects that Keras makes of a configuration."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            left += value.values()
        elif isinstance(value, list):
            left += value


def _usual(module: object, name: object) -> bool:
    if not isinstance(name, str) or not isinstance(module, str):
        return module is None and name in _PLAIN
    if module == "keras.layers":
        return name in _LAYERS
    return module.startswith(("keras.src.ops.", "keras.initializers")) or (module, name) in _MODELS


def _numbers(config: Any) -> int:
    """The least number of weights of a layer; 0 for what has none."""
    config = config if isinstance(config, dict) else {}
    rows, columns, units = (
        max(value, 0) if isinstance(value, int) else 0
        for value in map(config.get, ("input_dim", "output_dim", "units"))
    )
    return rows * columns + units
