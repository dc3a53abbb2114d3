"""Rows looked at: appended, found by their ids, whatever else the file holds."""

from threading import Thread
from typing import Any

from weakrec_core.data.looked_at import looked_at, mark_looked_at
from weakrec_core.data.notes import read_notes, write_note

TEXTS = ["good", "bad", None]


def test_what_was_looked_at_is_known_after_a_new_ingest_and_beside_notes(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS)
    assert looked_at(dataset, "dev") == set()
    mark_looked_at(dataset, "dev2", "b2")
    mark_looked_at(dataset, "dev2", "b2")
    mark_looked_at(dataset, "gone", "b0")
    write_note(dataset, "dev0", "b0", "x")
    again = make_dataset(TEXTS)
    assert looked_at(again, "dev") == {2} and looked_at(again, "test") == set()
    assert len(read_notes(again)) == 1


def test_a_torn_line_costs_that_line_alone(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS)
    mark_looked_at(dataset, "dev0", "b0")
    path = dataset.workspace.notes / dataset.name / "looked_at.jsonl"
    with path.open("ab") as f:
        f.write(b'\n[1]\n{"user_id": 1, "book_id": "b1"}\n\xff\n{"user_id": "dev1", "bo')
    mark_looked_at(dataset, "dev2", "b2")
    assert looked_at(dataset, "dev") == {0, 2}


def test_two_people_at_once_lose_nothing(make_dataset: Any) -> None:
    dataset = make_dataset([None] * 40)
    threads = [Thread(target=lambda i=i: mark_looked_at(dataset, f"dev{i}", f"b{i}")) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked_at(dataset, "dev") == set(range(40))
