"""The compiler's cache never serves a changed rule stale, and every kernel is compiled once."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sim import kernel_cache

HOLD_HOURS = """
import numpy as np
from sim.commissioning.bodies import SKILLS
from sim.commissioning.capacity import Hours
from sim.commissioning.holding import hold
from sim.world.table import Table
bodies = Table("bodies", 1)
for skill in SKILLS:
    bodies[skill] = 1.0
hold(bodies, np.full(1, -1), 1.0, 0.0, np.zeros(1), Hours(1000.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
print(float(bodies["hours_held"][0]), len(hold.dispatcher.stats.cache_hits))
"""
"""Four people of whom each has 500 hours."""

HOLDING = """
from sim.commissioning.capacity import hold_hours
from sim.kernel import kernel

@kernel
def hold(bodies, slots, scale, visits, standing, p):
    hold_hours(bodies, slots, scale, visits, standing, p)
"""
"""A kernel that calls a part of `capacity.py`, which calls a rule of `bodies.py`."""


def hours_held(package: Path, cache: Path) -> tuple[float, bool]:
    """Hours by the copy of the package, in its own process, and whether the kernel came from the cache."""
    environment = {**os.environ, "PYTHONPATH": str(package), "COMMISSIM_CACHE": str(cache)}
    command = [sys.executable, "-c", HOLD_HOURS]
    done = subprocess.run(
        command, env=environment, cwd=package, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    hours, hits = done.stdout.split()
    return float(hours), int(hits) > 0


def edit(file: Path, old: str, new: str) -> None:
    """Changes a text that stands in the file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_rule_in_another_file_is_never_served_stale(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "sim", tmp_path / "copy" / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    package, cache = tmp_path / "copy", tmp_path / "cache"
    (package / "sim" / "commissioning" / "holding.py").write_text(HOLDING, encoding="utf-8")
    assert hours_held(package, cache) == (pytest.approx(2000.0), False)

    edit(package / "sim" / "rules" / "demand.py", "import math", "import math  # a file that this kernel does not need")
    assert hours_held(package, cache) == (pytest.approx(2000.0), True)

    rules = package / "sim" / "commissioning" / "bodies.py"
    edit(rules, "    return bodies.contracts_fte[row] +", "    return 3.0 * bodies.contracts_fte[row] +")
    assert hours_held(package, cache) == (pytest.approx(3000.0), False)

    columns = package / "sim" / "world" / "columns.py"
    edit(columns, "BODIES: tuple[Column, ...] = (", 'BODIES: tuple[Column, ...] = (\n    ("new", "f8", "", ""),')
    assert hours_held(package, cache) == (pytest.approx(3000.0), False)


def test_the_stamp_of_a_file_follows_its_imports(tmp_path: Path) -> None:
    for name in ("kernel.py", "kernel_cache.py", "world/table.py", "world/columns.py", "rules/__init__.py"):
        (tmp_path / "sim" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sim" / name).touch()
    files = {
        "rules/top.py": "from sim.rules import (\n    middle,\n)\nimport sim.world.columns\n",
        "rules/middle.py": "import math\nfrom sim.rules.bottom import deep, deeper\n",
        "rules/bottom.py": "deep = 1\n",
        "rules/other.py": "",
    }
    package = tmp_path / "sim"
    for name, text in files.items():
        (package / name).write_text(text)

    def stamp() -> str:
        kernel_cache._read.cache_clear()
        kernel_cache._needs.cache_clear()
        return kernel_cache.source_stamp(package / "rules/top.py", package)

    first = stamp()
    for name, matters in (("rules/other.py", False), ("world/columns.py", False), ("rules/bottom.py", True)):
        (package / name).write_text("changed = 2\n")
        assert (stamp() != first) is matters, name


RUN_EVERYTHING = """
from england import CORBY, run
from sim.kernel import KERNELS
from sim.model import CommissioningModel
from sim.regimes import shipped_regimes
for regime in shipped_regimes():
    run(CORBY, regime, years=2)
run(("00G", "00H"), "delegated", years=2)  # which merge in the second
CommissioningModel("one_ccg", regime="voluntary_2015").step()
assert len(KERNELS) > 20
for kernel in KERNELS:
    if len(kernel.signatures) != 1:
        print(kernel.name, len(kernel.signatures), *kernel.signatures)
"""


def test_each_kernel_has_one_signature(project: Path) -> None:
    """Runs of every regime, and a Mesa model, call each kernel with the same types, and call each.

    An int where a float was would be compiled anew, or, called directly, be misread. In a process of its own, where the
    types of every call are looked up and no other test has called a kernel.
    """
    paths = os.pathsep.join([str(project), str(project / "tests"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "COMMISSIM_CHECK_TYPES": "1", "PYTHONPATH": paths}
    environment.pop("NUMBA_DISABLE_JIT", None)
    command = [sys.executable, "-c", RUN_EVERYTHING]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_a_home_that_cannot_be_written_gives_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("COMMISSIM_CACHE", str(blocked))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    one, other = kernel_cache.root(), kernel_cache.root()
    assert one != other
    for folder in (one, other):
        assert folder.parent == tmp_path
        assert os.name == "nt" or stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMISSIM_CACHE", str(tmp_path))
    assert kernel_cache.root() == tmp_path / "commissim"
    monkeypatch.delenv("COMMISSIM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert kernel_cache.root() == tmp_path / "xdg" / "commissim"


GROUPS = """
from typing import NamedTuple
import sim.world.table
from sim.kernel import kernel
class Line(NamedTuple):
    rise: float
    start: float
@kernel
def height(x, p):
    return p.start + p.rise * x
print(height(2.0, Line(3.0, 1.0)), height(2.0, Line(-0.5, 1e300)))
try:
    height(2.0, Line(3.0, 1))
except TypeError as error:
    print(error)
"""


def test_a_kernel_reads_the_numbers_of_a_group_and_refuses_what_is_no_float() -> None:
    done = subprocess.run([sys.executable, "-c", GROUPS], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout.splitlines() == ["7.0 1e+300", "Line holds more than floats"], done.stderr
