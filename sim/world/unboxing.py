"""How kernels read what Python objects hand over: a number of 64 bits that is kept as an attribute."""

from __future__ import annotations

import sim.kernel  # noqa: F401  first, since it tells numba where to keep what it compiles

# isort: split
from typing import Any

from numba.core import cgutils


def read_word(c: Any, thing: Any, name: str) -> tuple[Any, Any]:
    """The attribute of this name, a Python int of 0 or more, as 64 bits, and whether that went wrong. c: what numba
    hands to whoever unboxes."""
    number = c.pyapi.object_getattr_string(thing, name)
    word = c.pyapi.long_as_ulonglong(number)
    c.pyapi.decref(number)
    return word, cgutils.is_not_null(c.builder, c.pyapi.err_occurred())
