"""A network or arrays made to do harm are refused in a sentence, at import and where a run is opened, and run nothing."""

import base64
import json
import marshal
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import zipped
from weakrec_core.errors import RunError
from weakrec_core.network.blend import EASE_FILE, MODEL_FILE, RATING_FILE, check_blended, load_blended
from weakrec_core.network.checkpoint import Checkpoint
from weakrec_core.runs.archive import import_run, run_zip
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

Config = dict[str, Any]
Edit = Callable[[dict[str, bytes]], None]


@pytest.fixture
def run(prepared_runs: Path, workspace: Workspace) -> Run:
    """A finished run of this test's own."""
    kept = list_runs(Workspace(prepared_runs))[0]
    return Run(workspace, Path(shutil.copytree(kept.path, workspace.runs / kept.id)).name)


def _configured(change: Callable[[Config], object]) -> Edit:
    def edit(files: dict[str, bytes]) -> None:
        config = json.loads(files["config.json"])
        change(config)
        files["config.json"] = json.dumps(config).encode()

    return edit


def _with(layer: Config) -> Edit:
    """One more layer, over the first input."""

    def change(config: Config) -> None:
        layers = config["config"]["layers"]
        inbound = [{"args": [layers[0]["name"]], "kwargs": {}}]
        layers.append({"name": "more", "registered_name": None, "inbound_nodes": inbound, **layer})

    return _configured(change)


def _lambda(function: object, **arguments: object) -> Edit:
    config = {"name": "more", "trainable": True, "dtype": "float32", "function": function, "arguments": arguments}
    return _with({"module": "keras.layers", "class_name": "Lambda", "config": config})


def _layer(name: str, module: str = "keras.layers", **config: object) -> Edit:
    return _with({"module": module, "class_name": name, "config": {"name": "more", **config}})


def _wider(config: Config) -> None:
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "Embedding":
            layer["config"]["input_dim"] = 10**9


def _code(marker: Path) -> str:
    """A function that would leave a file behind, as Keras keeps those of Lambda layers."""
    function = eval(f"lambda x: open({str(marker)!r}, 'w') and x")
    return base64.b64encode(marshal.dumps(function.__code__)).decode()


MARKER = Path("/tmp/weakrec-a-model-was-run")
MODELS: dict[str, tuple[Edit, str]] = {
    "code in a Lambda layer": (
        _lambda({"class_name": "__lambda__", "config": {"code": _code(MARKER), "defaults": None, "closure": None}}),
        "'Lambda' of 'keras.layers'",
    ),
    "a function of another module": (
        _lambda({"module": "os", "class_name": "function", "config": "system"}, command=f"touch {MARKER}"),
        "'Lambda' of 'keras.layers'",
    ),
    "a class of another module": (
        _layer("Popen", "subprocess", args=["touch", str(MARKER)]),
        "'Popen' of 'subprocess'",
    ),
    "a class for a model": (
        _configured(lambda c: c.update(module="subprocess", class_name="Popen", config={"args": ["touch", str(MARKER)]})),
        "'Popen' of 'subprocess'",
    ),
    "a file that is read": (_layer("StringLookup", vocabulary="/etc/passwd"), "'StringLookup' of 'keras.layers'"),
    "a file that is loaded": (_layer("TFSMLayer", filepath=str(MARKER)), "'TFSMLayer' of 'keras.layers'"),
    "another name for Keras": (_layer("Dense", "keras.src.layers.core.lambda_layer"), "'Dense' of 'keras.src."),
    "names that are none": (_configured(lambda c: c.update(module={}, class_name=["Dense"])), r"\['Dense'\] of {}"),
    "tables that fill the machine": (_configured(_wider), "weights or more, which its file cannot hold"),
    "JSON nested 100,000 deep": (lambda files: files.update({"config.json": b"[" * 100_000}), r"\(RecursionError\)"),
    "JSON of another shape": (_configured(lambda c: c.update(config=[])), "that can be loaded"),
    "nothing in it": (lambda files: files.clear(), r"\(KeyError\)"),
    "no weights": (lambda files: files.update({"model.weights.h5": bytes(1 << 20)}), r"\(OSError\)"),
    "a bomb": (lambda files: files.update({"more": bytes(3 << 20)}), "more than 250 times its size"),
    "layers that stand nowhere": (_configured(lambda c: c["config"].update(layers={})), r"\(RuntimeError\)"),
    "another network": (
        _configured(lambda c: c["config"]["output_layers"].pop("score")),
        "is not a network that recommends",
    ),
}  # fmt: skip


def _refused(run: Run, said: str, attempt: Callable[[Path], object] = load_blended) -> None:
    with pytest.raises(RunError, match=said) as e:
        attempt(run.path)
    assert "\n" not in str(e.value) and len(str(e.value)) < 400
    assert not MARKER.exists()


def _edited(run: Run, case: str) -> str:
    """Do to a run's network what the case says; what is then said."""
    edit, said = MODELS[case]
    with zipfile.ZipFile(run.path / MODEL_FILE) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    edit(files)
    (run.path / MODEL_FILE).write_bytes(zipped(files))
    return said


@pytest.mark.parametrize("case", MODELS)
def test_a_network_made_to_do_harm(case: str, run: Run) -> None:
    _refused(run, _edited(run, case))


def test_what_is_no_zip(run: Run) -> None:
    for content in (b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", (run.path / MODEL_FILE).read_bytes()[:-99]):
        (run.path / MODEL_FILE).write_bytes(content)
        _refused(run, r"model\.keras is not a network that can be loaded \(BadZipFile\)")


class _Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (MARKER,)


def _write_objects(path: Path) -> None:
    names = "text best_0 variable_0 names weights mean author books inverse own n_books penalty weak_books gold_books"
    with path.open("wb") as f:
        np.savez(f, allow_pickle=True, **dict.fromkeys(names.split(), np.array([_Harm()], dtype=object)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [RATING_FILE, EASE_FILE, "checkpoint.npz"])
def test_arrays_of_objects(name: str, run: Run) -> None:
    _write_objects(run.path / name)
    said = rf"{name} cannot be read \(ValueError\)"
    if name == "checkpoint.npz":
        _refused(run, f"{said}; retry the run from its beginning", lambda path: Checkpoint.load(path / name))
    else:
        _refused(run, said, check_blended)


def test_an_import_takes_none_of_them(run: Run, workspace: Workspace) -> None:
    exported = workspace.root / "run.zip"
    good = (run.path / MODEL_FILE).read_bytes()
    for said in (_edited(run, "code in a Lambda layer"), r"rating\.npz cannot be read \(ValueError\)"):
        exported.write_bytes(run_zip(run))
        with pytest.raises(RunError, match=rf"run\.zip is not a run that this version can read: .*{said}"):
            import_run(workspace, exported, "other")
        (run.path / MODEL_FILE).write_bytes(good)
        _write_objects(run.path / RATING_FILE)
    assert [path.name for path in workspace.runs.iterdir()] == [run.id] and not MARKER.exists()


def test_arrays_that_are_none(run: Run) -> None:
    shape = "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,), }".ljust(117) + "\n"
    huge = b"\x93NUMPY\x01\x00" + len(shape).to_bytes(2, "little") + shape.encode()
    deep = b"\x93NUMPY\x01\x00" + (9_000).to_bytes(2, "little") + b"(" * 9_000
    for content in (
        b"x",
        huge,
        *(zipped({"coef.npy": c, "weak_books.npy": c}) for c in (b"x", huge, deep, bytes(3 << 20))),
    ):
        (run.path / RATING_FILE).write_bytes(content)
        _refused(run, r"rating\.npz", check_blended)
