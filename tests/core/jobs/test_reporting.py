"""The process of a job and the machine it shares."""

import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from weakrec_core.jobs.job import JOB_VARIABLE

_SAY = "import os; from weakrec_core.jobs.reporting import give_way; give_way(); print(os.nice(0))"


@pytest.mark.parametrize(("environment", "more"), [({}, 0), ({JOB_VARIABLE: "somewhere"}, 5)])
def test_only_the_process_of_a_job_gives_way(environment: dict[str, str], more: int) -> None:
    plain = {key: value for key, value in os.environ.items() if key != JOB_VARIABLE}
    command = [sys.executable, "-c", _SAY]
    said = subprocess.run(command, cwd=PROJECT, env=plain | environment, capture_output=True, text=True, check=True)
    assert int(said.stdout) == min(os.nice(0) + more, 19)
