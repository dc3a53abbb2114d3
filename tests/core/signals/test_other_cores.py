"""Processes that read reviews beside this one."""

import os
import signal
import subprocess
import sys

import psutil

_STARTS = """
import os
from weakrec_core.signals.other_cores import other_cores
if __name__ == "__main__":
    os.cpu_count = lambda: 2
    with other_cores(10**6) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        input()
"""


def test_they_end_with_the_one_that_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _STARTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
    gone, _ = psutil.wait_procs([child], timeout=30)
    assert gone == [child]
