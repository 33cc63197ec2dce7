"""The model: general practice in England and those who commission it.

    import sim

    result = sim.compare(["area_team_only", "delegated"], scenario="one_ccg", runs=20)
    print(result.table())
    result.plot("appointments_unmet_share")

`import sim` alone is light; the model is loaded with the first name that is used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Read when numpy is first imported. Matrices here are small: a second thread would do nothing but wait, at full load.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from sim.api import compare as compare
    from sim.api import run as run
    from sim.api import run_study as run_study
    from sim.errors import InputError as InputError

_HOME = {"compare": "sim.api", "run": "sim.api", "run_study": "sim.api", "InputError": "sim.errors"}

__all__ = ["InputError", "compare", "run", "run_study"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
