"""The one place that knows numba.

Rules are small scalar functions, kernels are plain loops over them; both are compiled here and nowhere else.

Numba stamps a cached function with its own file only, so a rule changed in another file would be served stale from the
cache. Compiled code therefore lives in a folder named by a hash of every source file of the package: any edit anywhere
gives a new folder. The folder must be chosen before numba is imported, which is why this module sets the environment
first. Vector maths libraries are switched off, so that a result does not depend on the processor's extras.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

PACKAGE = Path(__file__).resolve().parent


def source_hash(package: Path = PACKAGE) -> str:
    """Hash of every Python source file below `package`, in path order: names the folder of compiled code."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Folder for compiled code: below `COMMISSIM_CACHE` or the user's cache; a private temporary one if neither can
    be written."""
    home = os.environ.get("COMMISSIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "commissim" / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="commissim-"))


CACHE = cache_folder()
os.environ["NUMBA_CACHE_DIR"] = str(CACHE)
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import numba  # noqa: E402

COMPILED = not numba.config.DISABLE_JIT

Function = TypeVar("Function", bound=Callable[..., Any])
KERNELS: list[Any] = []
"""Every compiled kernel, in order of definition; the tests ask each for its number of signatures."""


def rule(function: Function) -> Function:
    """A small scalar function that kernels call: what happens to one practice, doctor or case."""
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="python")(function)
    return compiled


def kernel(function: Function) -> Function:
    """A plain loop over rows. Called from Python with column groups and parameters of fixed types, once a phase."""
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="python")(function)
    KERNELS.append(compiled)
    return compiled
