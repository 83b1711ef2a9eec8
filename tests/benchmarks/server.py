"""fal's simulator on a loopback port, in a process of its own, so that its CPU time is nobody's.

Run as a script it prints its URL and serves until its standard input closes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tarash_fal.simulator import FalSimulator

from tarash_core.testing import background


@contextmanager
def served() -> Iterator[str]:
    """The URL of a simulator in a new process; its jobs are finished at the third look."""
    command = [sys.executable, __file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    with process:
        yield process.stdout.readline().strip()
        process.stdin.close()


def main() -> None:
    """Serves until the parent goes away."""
    with background(FalSimulator(render=False, polls_to_finish=3)) as url:
        print(url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
