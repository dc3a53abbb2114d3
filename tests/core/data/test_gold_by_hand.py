"""Gold by hand: a layer over dev's own gold, in every fingerprint that gold enters, found again by who froze it."""

from threading import Thread
from typing import Any

import pandas as pd
import pytest

from tests.conftest import Done
from weakrec_core.data import gold_by_hand
from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.gold_by_hand import export_gold, gold_sentence, hand_gold, label_by_hand, label_many
from weakrec_core.data.gold_log import log_file
from weakrec_core.errors import DataError, RunError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.limits import limits
from weakrec_core.runs.store import new_run
from weakrec_core.workspace import Workspace

TEXTS = ["good", "bad", None, "fine"]
GOLD = [0, 1, -1, 1]


def test_a_label_counts_over_the_ingested_one_which_stays(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS, gold=GOLD)
    assert hand_gold(dataset) is None and gold_sentence(dataset) is None
    labeled = label_by_hand(label_by_hand(dataset, "dev0", "b0", 1, "Ann"), "dev2", "b2", 0, "Bo")
    assert labeled.gold("dev").tolist() == [1, 1, 0, 1]
    assert str(hand_gold(labeled)) == "1 corrected, 1 added by hand"
    again = open_dataset(dataset.workspace, dataset.name)
    assert again.gold("dev").tolist() == [1, 1, 0, 1] and again.fingerprint == labeled.fingerprint
    assert again.data_fingerprint == dataset.fingerprint != again.fingerprint
    assert dataset.gold("dev").tolist() == again.ingested_dev_gold.tolist() == GOLD
    assert again.gold("test").tolist() == GOLD
    back = label_by_hand(again, "dev0", "b0", 0, "Ann")
    assert str(hand_gold(back)) == "1 added by hand"


def test_each_state_is_found_again_by_its_fingerprint(make_dataset: Any) -> None:
    states = [make_dataset(TEXTS, gold=GOLD)]
    for ids, gold in ((("dev0", "b0"), 1), (("dev1", "b1"), 0), (("dev0", "b0"), 0)):
        states.append(label_by_hand(states[-1], *ids, gold, "Ann"))
    assert len({state.fingerprint for state in states}) == 4
    for state in states:
        found = open_dataset(state.workspace, state.name, state.fingerprint)
        assert found.gold("dev").tolist() == state.gold("dev").tolist()
    with pytest.raises(DataError, match="has changed"):
        open_dataset(states[0].workspace, states[0].name, "0" * 64)


def test_what_gold_enters_is_computed_anew_and_votes_are_not(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS, gold=GOLD)
    lf_set = LFSet.from_yaml(
        "name: a\nlfs:\n- {kind: keyword, name: good, groups: [{label: POSITIVE, keywords: [good]}]}\n"
    )
    applier = Applier(dataset)
    assert applier.of(lf_set).summary()["correct"].tolist() == [0]
    labeled = applier.with_gold_of(label_by_hand(dataset, "dev0", "b0", 1, "Ann"))
    before = applier.applications
    assert labeled.key != applier.key and labeled.of(lf_set).summary()["correct"].tolist() == [1]
    assert applier.applications == before and labeled.applications == 0


def test_a_run_keeps_the_labels_that_it_was_created_with(make_dataset: Any) -> None:
    dataset = label_by_hand(make_dataset(TEXTS, gold=GOLD), "dev0", "b0", 1, "Ann")
    run = new_run(dataset, LFSet(name="a", lfs=()), "v1", "majority", preset="recommended")
    label_by_hand(dataset, "dev1", "b1", 0, "Ann")
    assert run.open_dataset().gold("dev").tolist() == [1, 1, -1, 1]
    assert str(run.config.hand_gold) == "1 corrected by hand"
    assert run.config.data == dataset.data_fingerprint != run.config.fingerprint
    assert "Dev gold: 1 corrected by hand." in limits(run, {"labels": {"warnings": []}})
    make_dataset([*TEXTS, "more"])
    with pytest.raises(RunError, match="has changed since"):
        run.open_dataset()


def test_after_another_ingest_the_labels_are_left_aside_with_a_sentence(make_dataset: Any) -> None:
    label_by_hand(make_dataset(TEXTS, gold=GOLD), "dev0", "b0", 1, "Ann")
    make_dataset([*TEXTS, "more"], gold=[*GOLD, 0])
    other = open_dataset(make_dataset([*TEXTS, "more"], gold=[*GOLD, 0]).workspace, "tiny")
    assert other.gold("dev").tolist() == [*GOLD, 0] and other.fingerprint == other.data_fingerprint
    assert gold_sentence(other) == (
        "Labels of 1 row that was labeled by hand in earlier data of this name are left aside."
    )


def test_two_people_at_once_and_a_torn_line_lose_nothing(make_dataset: Any) -> None:
    dataset = make_dataset([None] * 20, gold=[0] * 20)
    label_by_hand(dataset, "dev0", "b0", 1, "Ann")
    with log_file(dataset.workspace, dataset.name, dataset.data_fingerprint).open("ab") as f:
        f.write(b'{"user_id": "dev1", "bo')
    threads = [Thread(target=label_by_hand, args=(dataset, f"dev{i}", f"b{i}", 1, "Bo")) for i in range(1, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert open_dataset(dataset.workspace, dataset.name).gold("dev").tolist() == [1] * 20


def test_what_cannot_be_a_label_is_refused_as_a_whole(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS, gold=GOLD)
    with pytest.raises(DataError, match="no dev row of user 'nobody'"):
        label_many(dataset, [("dev0", "b0", 1), ("nobody", "b1", 1)], "Ann")
    with pytest.raises(DataError, match="needs an author"):
        label_by_hand(dataset, "dev0", "b0", 1, " ")
    assert not open_dataset(dataset.workspace, dataset.name).gold_log
    assert export_gold(dataset).columns.tolist() == gold_by_hand.COLUMNS


def test_the_command_imports_counts_and_exports(
    make_dataset: Any, workspace: Workspace, cli: Any, tmp_path: Any
) -> None:
    make_dataset(TEXTS, gold=GOLD)
    file, out = tmp_path / "labels.csv", tmp_path / "out.csv"
    file.write_text("user_id,book_id,gold\ndev0,b0,POSITIVE\ndev2,b2,0\ndev3,b3,1\n")
    done: Done = cli("gold", "--dataset", "tiny", "--import", file, "--author", "=Ann", "--export", out, "--json")
    assert (done.status, done.json["corrected"], done.json["added"]) == (0, 1, 1)
    table = pd.read_csv(out, dtype=str)
    assert table[["user_id", "ingested", "before", "gold", "author"]].to_numpy().tolist() == [
        ["dev0", "NEGATIVE", "NEGATIVE", "POSITIVE", "'=Ann"],
        ["dev2", "unknown", "unknown", "NEGATIVE", "'=Ann"],
    ]
    file.write_text("user_id,book_id,gold\ndev0,b0,maybe\n")
    done = cli("gold", "--dataset", "tiny", "--import", file)
    assert done.status == 2 and "Row 1 of" in done.err and "'maybe' is not POSITIVE" in done.err
    assert cli("gold", "--dataset", "tiny").out == "Dev gold: 1 corrected, 1 added by hand.\n"
