"""The model uncompiled is the model compiled: no rule relies on what only the compiler, or only Python, allows."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
from england import CORBY, run

YEARS = 2

PICKLE_RUN = f"""
import pickle, sys
from england import CORBY, run
from sim.kernel import COMPILED
assert not COMPILED
runs = {{regime: run(CORBY, regime, years={YEARS}) for regime in ("area_team_only", "delegated")}}
pickle.dump({{regime: one.values for regime, one in runs.items()}}, sys.stdout.buffer)
"""


def test_uncompiled_runs_equal_compiled_ones(project: Path) -> None:
    """The smallest CCG (five practices), two years, two regimes, all levels: equal within 1e-9."""
    paths = os.pathsep.join([str(project), str(project / "tests"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths}
    command = [sys.executable, "-c", PICKLE_RUN]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    for regime, uncompiled in pickle.loads(done.stdout).items():
        compiled = run(CORBY, regime, years=YEARS)
        for level, values in compiled.values.items():
            np.testing.assert_allclose(uncompiled[level], values, rtol=1e-9, atol=1e-9, err_msg=f"{regime} {level}")
