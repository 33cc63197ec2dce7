"""Where compiled code is kept, and when it may be used again.

Numba stamps a cached function with its own file only, so a rule changed in another file would be served stale. Here a
function's folder is named by a hash of its own file and of every file of the package that this one imports, directly or
by way of others: an edit makes stale just what could depend on it, and copies of the package with the same files share
what they compile. Two things reach compiled code without an import, by the arguments of a call: the columns of a table
and the fields of a NamedTuple. Both are part of the key within the folder, so the files of columns need not be.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent

ALWAYS = ("kernel.py", "kernel_cache.py", "world/table.py")
"""How everything is compiled: part of every stamp."""
IN_THE_KEY = ("world/columns.py", "world/practice_columns.py")
"""What compiled code knows of these is in the types of its arguments."""
NEVER_COMPILED = "parameters"
"""A folder that kernels' files import for Python alone."""

SETTINGS = ("NUMBA_BOUNDSCHECK", "NUMBA_DISABLE_INTEL_SVML", "NUMBA_LOOP_VECTORIZE", "NUMBA_OPT")
"""Variables that change what is compiled."""

IMPORT = re.compile(r"^(?:from (sim[\w.]*) import (\([^)]*\)|[^\n]*)|import (sim[\w.]*))", re.MULTILINE)


def root() -> Path:
    """The folder of all compiled code: below `COMMISSIM_CACHE` or the user's cache; a private temporary one if neither
    can be written."""
    home = os.environ.get("COMMISSIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "commissim"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="commissim-"))


def _module_file(package: Path, module: str) -> Path | None:
    """The file of a module of the package, None if there is none of this name."""
    path = package.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py") if path != package else path, path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _imported(package: Path, text: str) -> Iterator[Path]:
    """Files of the package that a file with this text imports when it is itself imported."""
    for module, names, plain in IMPORT.findall(text):
        within = [f"{module}.{name}" for name in re.findall(r"\w+", names)] if module else []
        for candidate in (module or plain, *within):
            found = _module_file(package, candidate)
            if found is not None:
                yield found


def source_stamp(file: Path, package: Path = PACKAGE) -> str:
    """Hash of a file of the package and of all files that it imports, directly or by way of others."""
    seen: dict[Path, None] = {}
    waiting = [file, *(package / name for name in ALWAYS)]
    left_out = {package / name for name in IN_THE_KEY}
    while waiting:
        path = waiting.pop()
        if path in seen or path in left_out or path.parent == package / NEVER_COMPILED:
            continue
        seen[path] = None
        waiting.extend(_needs(package, path))
    digest = hashlib.sha256()
    for path in sorted(seen):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(_read(path)[1])
    return digest.hexdigest()[:16]


@cache
def _read(path: Path) -> tuple[str, bytes]:
    """The text of a file and its hash; a file is read once a process, as Python imports it once."""
    raw = path.read_bytes()
    return raw.decode(), hashlib.sha256(raw).digest()


@cache
def _needs(package: Path, path: Path) -> tuple[Path, ...]:
    return tuple(_imported(package, _read(path)[0]))


stamp_of = cache(source_stamp)


class Locator:
    """Tells numba in which folder a function of the package is kept."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        file = Path(function.__code__.co_filename)
        self.stamp = stamp_of(file)
        self.line = function.__code__.co_firstlineno
        self.folder = folder / "-".join((*file.relative_to(PACKAGE).with_suffix("").parts, self.stamp))

    def ensure_cache_path(self) -> None:
        """Makes the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        """The folder, made when something is put there."""
        return str(self.folder)

    def get_source_stamp(self) -> str:
        """What must not have changed."""
        return self.stamp

    def get_disambiguator(self) -> str:
        """Functions of one name in one file differ by their lines."""
        return str(self.line)


def described(kind: Any) -> str:
    """A type of numba's with what its name leaves out: the columns of a table, the fields of a NamedTuple."""
    parts = [str(kind), *(str(getattr(kind, name, "")) for name in ("fields", "columns"))]
    return " ".join(parts + [described(inner) for inner in getattr(kind, "types", ())])


def use_cache(dispatcher: Any, folder: Path) -> None:
    """Lets numba keep a function of the package, compiled, below `folder`. A function from elsewhere, say a user's own
    notebook, is compiled in each process, since what it depends on cannot be told."""
    function = dispatcher.py_func
    if Path(function.__code__.co_filename).is_relative_to(PACKAGE):
        dispatcher._cache = _classes(folder)(function)


def drop_linking_code(compiled: Any) -> None:
    """Frees what numba keeps of a compiled function for compiled callers, a tenth of a worker's memory: a kernel has
    none."""
    module = getattr(compiled.library, "_shared_module", None)
    if module is not None:
        module.close()
        compiled.library._shared_module = None


@cache
def _classes(folder: Path) -> Any:
    """Numba's cache, but for the place and the key; made late, since numba reads its settings when it is imported."""
    from numba.core.caching import CompileResultCacheImpl, FunctionCache

    settings = tuple(os.environ.get(name, "") for name in SETTINGS)

    class Impl(CompileResultCacheImpl):  # type: ignore[misc]
        def __init__(self, function: Callable[..., Any]) -> None:
            self._lineno = function.__code__.co_firstlineno
            self._locator = Locator(function, folder)
            self._filename_base = self.get_filename_base(function.__qualname__, "")

    class Cache(FunctionCache):  # type: ignore[misc]
        _impl_class = Impl

        def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
            return (*super()._index_key(sig, codegen), tuple(described(kind) for kind in sig), settings)

    return Cache
