"""Data that is replaced while it is read, or by a process that dies: nobody sees half of it, and nothing is left behind."""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data import storage
from weakrec_core.data.attached import attach_columns, attached_columns, attached_digest, attached_votes
from weakrec_core.data.dataset import SPLITS, Dataset, list_datasets, open_dataset
from weakrec_core.errors import DataError
from weakrec_core.files import PROJECT
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

A, B = ["good", "bad", "fine"], ["dreadful", "lovely"]
Make = Callable[..., Dataset]


def versions(dataset: Dataset) -> list[Path]:
    """The directories of a dataset."""
    return [p for p in dataset.path.parent.iterdir() if p.is_dir() and p.name != "columns"]


def test_an_open_dataset_stays_what_it_was_when_its_name_is_ingested_anew(
    make_dataset: Make, workspace: Workspace
) -> None:
    """None of its parts was read before."""
    first = make_dataset(A, gold=[1, 0, 1])
    opened = open_dataset(workspace, "tiny")
    second = make_dataset(B, gold=[0, 1])
    assert opened.fingerprint == first.fingerprint != second.fingerprint
    for split in SPLITS:
        assert opened.split(split)["review_text"].tolist() == A
    assert opened.gold("dev").tolist() == opened.train_gold().tolist() == [1, 0, 1]
    assert (len(opened.books), opened.histories.n_users, len(opened.user_ids)) == (3, 12, 12)
    assert open_dataset(workspace, "tiny").gold("dev").tolist() == [0, 1]


def test_signals_are_of_the_data_they_are_kept_for(make_dataset: Make, workspace: Workspace) -> None:
    make_dataset(["I love it, a great book", "wonderful", "great"])
    store = SignalStore(open_dataset(workspace, "tiny"))
    make_dataset(["I hate it, a horrible book", "awful", "terrible"])
    assert (store.values("polarity", "dev") > 0).all()
    again = make_dataset(["I love it, a great book", "wonderful", "great"])
    assert (SignalStore(again).values("polarity", "dev") > 0).all()


def test_what_is_replaced_goes_when_its_last_reader_does(make_dataset: Make, workspace: Workspace) -> None:
    first = make_dataset(A)
    readers = [open_dataset(workspace, "tiny") for _ in range(2)]
    second = make_dataset(B)
    del first
    gc.collect()
    storage.sweep(second.path.parent)
    assert set(versions(second)) == {readers[0].path, second.path}
    del readers[0]
    gc.collect()
    storage.sweep(second.path.parent)
    assert readers[0].split("dev")["review_text"].tolist() == A
    readers.clear()
    gc.collect()
    open_dataset(workspace, "tiny")
    assert versions(second) == [second.path]
    assert sorted(p.name for p in second.path.parent.iterdir()) == sorted(["current.json", second.path.name])


_READ = """
import sys
from pathlib import Path
from weakrec_core.data.dataset import open_dataset
from weakrec_core.workspace import Workspace
dataset = open_dataset(Workspace.from_environment(), "tiny")
print(dataset.path.name, flush=True)
sys.stdin.readline()
print(*dataset.split("dev")["review_text"], flush=True)
sys.stdin.readline()
"""


def test_a_reader_in_another_process_keeps_its_data_until_it_dies(make_dataset: Make, workspace: Workspace) -> None:
    make_dataset(A)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _READ], stdin=pipe, stdout=pipe, text=True, cwd=PROJECT) as reader:
        assert reader.stdin is not None and reader.stdout is not None
        name = reader.stdout.readline().strip()
        second = make_dataset(B)
        gc.collect()
        storage.sweep(second.path.parent)
        assert {p.name for p in versions(second)} == {name, second.path.name}
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline().split() == A
        reader.kill()
        reader.wait()
    open_dataset(workspace, "tiny")
    assert versions(second) == [second.path]


_DIE = """
import os, sys
from pathlib import Path
from weakrec_core.data import dataset, saving, storage
from weakrec_core.workspace import Workspace
workspace = Workspace.from_environment()
old = dataset.open_dataset(workspace, "old")
rows = [old.split(s).assign(split=s, gold=1) for s in dataset.SPLITS]
import pandas as pd
step = sys.argv[1]
def die(*_, **__): os._exit(9)
if step == "writing": saving._digest = die
if step == "before the directory has its name": Path.rename = die
if step == "before it counts": storage.point_to = die
if step == "before the old one is swept": storage.sweep = die
saving.save_dataset(workspace, "tiny", pd.concat(rows), old.books, old.histories, old.user_ids.to_numpy(object), {})
"""


@pytest.mark.parametrize(
    ("step", "counts"),
    [
        ("writing", False),
        ("before the directory has its name", False),
        ("before it counts", False),
        ("before the old one is swept", True),
    ],
)
def test_a_process_killed_while_it_saves_loses_nothing_and_leaves_nothing(
    make_dataset: Make, workspace: Workspace, step: str, counts: bool
) -> None:
    make_dataset(B, name="old")
    before = make_dataset(A).fingerprint
    gc.collect()
    assert subprocess.run([sys.executable, "-c", _DIE, step], cwd=PROJECT).returncode == 9
    assert list_datasets(workspace) == ["old", "tiny"]
    found = open_dataset(workspace, "tiny")
    assert (found.fingerprint != before) is counts
    assert found.split("dev")["review_text"].tolist() == (B if counts else A)
    assert versions(found) == [found.path]


def test_a_first_save_that_dies_leaves_no_dataset(make_dataset: Make, workspace: Workspace) -> None:
    make_dataset(B, name="old")
    assert subprocess.run([sys.executable, "-c", _DIE, "writing"], cwd=PROJECT).returncode == 9
    assert list_datasets(workspace) == ["old"]
    with pytest.raises(DataError, match="There is no dataset 'tiny'"):
        open_dataset(workspace, "tiny")
    assert versions(made := make_dataset(A)) == [made.path]


def test_a_sweep_that_died_is_finished_by_the_next(make_dataset: Make, workspace: Workspace) -> None:
    dataset = make_dataset(A)
    for name in (".0a.gone", "abc-1"):
        (dataset.path.parent / name).mkdir()
        (dataset.path.parent / name / "dev.parquet").touch()
    open_dataset(workspace, "tiny")
    assert versions(dataset) == [dataset.path]


def test_many_save_and_open_at_once(make_dataset: Make, workspace: Workspace) -> None:
    """Whatever a reader finds is whole and of one piece."""
    texts = [[f"{i} a", f"{i} b", *["more"] * i] for i in range(4)]
    made = {make_dataset(t).fingerprint: t for t in texts}

    def read(_: int) -> bool:
        dataset = open_dataset(workspace, "tiny")
        return all(dataset.split(s)["review_text"].tolist() == made[dataset.fingerprint] for s in SPLITS)

    with ThreadPoolExecutor(8) as threads:
        saved = [threads.submit(make_dataset, texts[i % 4]) for i in range(16)]
        assert all(threads.map(read, range(48)))
        assert {s.result().fingerprint for s in saved} == set(made)
    del saved
    gc.collect()
    last = open_dataset(workspace, "tiny")
    assert versions(last) == [last.path]


def test_open_by_content(make_dataset: Make, workspace: Workspace) -> None:
    first = make_dataset(A)
    fingerprint = first.fingerprint
    assert open_dataset(workspace, "tiny", fingerprint).path == first.path
    make_dataset(B)
    assert open_dataset(workspace, "tiny", fingerprint).split("dev")["review_text"].tolist() == A
    del first
    gc.collect()
    with pytest.raises(DataError, match="Dataset 'tiny' has changed; what it was before is gone"):
        open_dataset(workspace, "tiny", fingerprint)


def votes(path: Path, llm: list[int]) -> Path:
    ids = {"user_id": [f"dev{i}" for i in range(3)], "book_id": [f"b{i}" for i in range(3)]}
    pd.DataFrame(ids | {"llm": llm}).to_parquet(path)
    return path


def test_attached_votes_stay_with_the_name_and_go_by_the_ids(make_dataset: Make, tmp_path: Path) -> None:
    dataset = make_dataset(A)
    assert attach_columns(dataset, votes(tmp_path / "v.parquet", [1, 0, 1])) == {"llm": 3}
    digest = attached_digest(dataset, "llm")
    fewer = make_dataset(B)
    assert attached_columns(fewer) == attached_columns(dataset) == ["llm"]
    assert attached_votes(fewer, "llm", "dev").tolist() == [1, 0]
    assert attached_votes(dataset, "llm", "dev").tolist() == [1, 0, 1]
    again = make_dataset([*A, "more"])
    assert attached_votes(again, "llm", "dev").tolist() == [1, 0, 1, -1]
    assert attached_votes(again, "llm", "train").tolist() == [-1] * 4
    assert attached_digest(again, "llm") == digest


def test_the_digest_of_attached_votes_is_of_their_content(make_dataset: Make, tmp_path: Path) -> None:
    one, two = make_dataset(A), make_dataset(A, name="other")
    assert one.fingerprint == two.fingerprint
    attach_columns(one, votes(tmp_path / "v.parquet", [1, 0, 1]))
    attach_columns(two, votes(tmp_path / "w.parquet", [1, 0, -1]))
    first = attached_digest(one, "llm")
    assert first != attached_digest(two, "llm")
    shutil.rmtree(one.columns_path)
    with pytest.raises(DataError, match="has no column 'llm'"):
        attached_digest(one, "llm")
    attach_columns(one, votes(tmp_path / "v.parquet", [0, 0, 1]))
    assert attached_digest(one, "llm") != first


def flat(dataset: Dataset, columns: dict[str, list[int]] | None = None) -> Path:
    """Put a dataset back into the layout of before."""
    home = dataset.path.parent
    for path in list(dataset.path.glob("[!i]*")):
        path.rename(home / path.name)
    shutil.rmtree(dataset.path)
    (home / "current.json").unlink()
    for name, dev in (columns or {}).items():
        (home / "columns" / name).mkdir(parents=True)
        for split in SPLITS:
            np.save(home / "columns" / name / f"{split}.npy", np.array(dev if split == "dev" else [-1] * 3, np.int8))
    return home


def test_a_dataset_of_the_old_layout_opens(make_dataset: Make, workspace: Workspace) -> None:
    home = flat(make_dataset(A, gold=[1, 0, 1]), {"llm": [-1, 0, 1]})
    assert list_datasets(workspace) == ["tiny"]
    dataset = open_dataset(workspace, "tiny")
    assert dataset.gold("dev").tolist() == dataset.train_gold().tolist() == [1, 0, 1]
    assert attached_votes(dataset, "llm", "dev").tolist() == [-1, 0, 1]
    assert attached_votes(dataset, "llm", "train").tolist() == [-1] * 3
    assert {p.name for p in home.iterdir()} == {"current.json", "columns", dataset.path.name}
    assert [p.name for p in (home / "columns").iterdir()] == ["llm.parquet"]


def test_one_of_the_old_layout_is_replaced_and_keeps_its_votes(make_dataset: Make) -> None:
    home = flat(make_dataset(A), {"llm": [-1, 0, 1]})
    dataset = make_dataset([*A, "more"])
    assert attached_votes(dataset, "llm", "dev").tolist() == [-1, 0, 1, -1]
    assert {p.name for p in home.iterdir()} == {"current.json", "columns", dataset.path.name}


def test_one_of_the_old_layout_that_is_damaged(make_dataset: Make, workspace: Workspace) -> None:
    home = flat(make_dataset(A))
    (home / "dev.parquet").unlink()
    with pytest.raises(DataError, match=rf"{home} is of an older layout and cannot be moved \(FileNotFoundError"):
        open_dataset(workspace, "tiny")
    info = json.loads((home / "dataset.json").read_text())
    (home / "dataset.json").write_text(json.dumps(info | {"format": 99}))
    with pytest.raises(DataError, match=r"dataset\.json has format 99; this version reads 1"):
        open_dataset(workspace, "tiny")
    dataset = make_dataset(B)
    assert {p.name for p in home.iterdir()} == {"current.json", dataset.path.name}


@pytest.mark.parametrize("step", ["publish", "remove_files"])
def test_a_move_from_the_old_layout_that_dies_is_gone_on_with(
    make_dataset: Make, workspace: Workspace, step: str
) -> None:
    home = flat(make_dataset(A), {"llm": [-1, 0, 1]})
    code = (
        "import os; from weakrec_core.data import flat_layout, storage; from weakrec_core.data.dataset import open_dataset; "
        "from weakrec_core.workspace import Workspace\n"
        f"module = flat_layout if {step!r} == 'remove_files' else storage\n"
        f"setattr(module, {step!r}, lambda *_: os._exit(9))\n"
        "open_dataset(Workspace.from_environment(), 'tiny')"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=os.environ).returncode == 9
    dataset = open_dataset(workspace, "tiny")
    assert dataset.split("dev")["review_text"].tolist() == A
    assert attached_votes(dataset, "llm", "dev").tolist() == [-1, 0, 1]
    assert {p.name for p in home.iterdir()} == {"current.json", "columns", dataset.path.name}


def test_a_workspace_that_may_only_be_read(
    make_dataset: Make, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root may write anywhere, the system says no in the test."""
    replaced = make_dataset(A)
    dataset = make_dataset(B)
    path = replaced.path
    del replaced
    gc.collect()
    real = os.open

    def denied(path: Any, flags: int, *more: Any) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *more)

    monkeypatch.setattr(os, "open", denied)
    assert open_dataset(workspace, "tiny").split("dev")["review_text"].tolist() == B
    assert path.exists()
    monkeypatch.undo()
    open_dataset(workspace, "tiny")
    assert versions(dataset) == [dataset.path]
