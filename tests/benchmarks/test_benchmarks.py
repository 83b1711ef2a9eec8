"""The benchmarks run; what they measure is for people to read, not for a test to judge."""

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).with_name("run.py")


def test_the_command_prints_a_ratio_for_each_case_and_the_cost_of_a_plan():
    shown = subprocess.run([sys.executable, str(RUN), "--quick"], capture_output=True, text=True, encoding="utf-8")
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0, shown.stderr
    assert len([line for line in lines if " × " in line]) == 8
    assert "fallback chain" in lines[-2] and " ms " in lines[-2]
    assert "µs" in lines[-1]
