"""What is said of where work is done."""

import pytest

from weakrec_core.engine.runs_on import SCHEDULER_VARIABLE, Workers, engine_arguments, named_scheduler, runs_on
from weakrec_core.errors import WeakrecError


def test_this_machine_unless_the_operator_names_a_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SCHEDULER_VARIABLE, raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert str(runs_on(named_scheduler())) == "this machine, 2 cores" and engine_arguments() == []


def test_the_workers_of_a_scheduler_and_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="requirements-dask.txt is not installed")
    with distributed.LocalCluster(
        processes=False,
        n_workers=2,
        threads_per_worker=1,
        memory_limit="1GB",
        dashboard_address=None,
        protocol="tcp",
        host="127.0.0.1",
    ) as cluster:
        address = cluster.scheduler_address
        monkeypatch.setenv(SCHEDULER_VARIABLE, address)
        assert runs_on(named_scheduler()) == Workers(address, 2, 2_000_000_000)
        assert str(runs_on(named_scheduler())) == f"dask at {address}: 2 workers, 2.0 GB"
        assert engine_arguments() == ["--engine", "dask", "--scheduler", address]


def test_no_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="requirements-dask.txt is not installed")
    monkeypatch.setenv(SCHEDULER_VARIABLE, "nonsense://127.0.0.1:1")
    with pytest.raises(WeakrecError, match="No dask scheduler answers at nonsense"):
        runs_on(named_scheduler())
