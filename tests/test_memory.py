"""Memory that is freed stays with the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sim.memory import keep_freed_memory

FAULTS = """
import resource
import numpy as np
{before}
def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def take():
    return [np.ones(100_000) for _ in range(20)]
take(); take()
before = pages()
for _ in range(10):
    take()
print(pages() - before)
"""


def faults(before: str) -> int:
    """Pages of memory that a process asks the system for while it makes and drops 16 MB ten times."""
    program = FAULTS.format(before=before)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return int(run.stdout)


@pytest.mark.skipif(not keep_freed_memory(), reason="this C library cannot be told")
def test_a_process_reuses_the_memory_it_freed() -> None:
    kept, otherwise = faults("import sim.memory; sim.memory.keep_freed_memory()"), faults("")
    assert kept < 1000, f"{kept} pages asked for anew"
    assert kept < otherwise / 5, f"{kept} pages against {otherwise} without the setting"
