"""The model uncompiled is the model compiled: no rule relies on what only the compiler, or only Python, allows."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from england import CORBY, run, step

YEARS = 2

STRICT = """
import numpy as np
np.seterr(divide="raise", invalid="raise")
"""
"""Numbers from tables are numpy's, which only warns of a division by nil unless told otherwise."""

BY_NOTHING = """
from england import CORBY, run, step
run(CORBY, "area_team_only", years=2, levers=(step("qof_pay.average_list", 2015, to_value=0.0),))
"""
"""From 2015 on, pay by quality is divided by an average list of nobody."""

PICKLE_RUN = f"""
import pickle, sys
from england import CORBY, run
from sim.kernel import COMPILED
assert not COMPILED
runs = {{regime: run(CORBY, regime, years={YEARS}) for regime in ("area_team_only", "delegated")}}
pickle.dump({{regime: one.values for regime, one in runs.items()}}, sys.stdout.buffer)
"""


def uncompiled_python(program: str, project: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs a program in a process of its own that compiles nothing."""
    paths = os.pathsep.join([str(project), str(project / "tests"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths}
    command = [sys.executable, "-c", STRICT + program]
    return subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)


def test_uncompiled_runs_equal_compiled_ones(project: Path) -> None:
    """The smallest CCG (five practices), two years, two regimes, all levels: equal within 1e-9."""
    done = uncompiled_python(PICKLE_RUN, project)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    for regime, uncompiled in pickle.loads(done.stdout).items():
        compiled = run(CORBY, regime, years=YEARS)
        for level, values in compiled.values.items():
            np.testing.assert_allclose(uncompiled[level], values, rtol=1e-9, atol=1e-9, err_msg=f"{regime} {level}")


def test_a_division_by_nil_is_never_recorded(project: Path) -> None:
    """Compiled code divides by nil without a word, but the record of the year refuses; uncompiled code stops."""
    with pytest.raises(FloatingPointError, match=r"in 2015: .*\bqof\b"):
        run(CORBY, "area_team_only", years=2, levers=(step("qof_pay.average_list", 2015, to_value=0.0),))
    done = uncompiled_python(BY_NOTHING, project)
    assert done.returncode != 0
    assert b"divide by zero" in done.stderr
    assert b"in qof_pay" in done.stderr
