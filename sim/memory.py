"""Memory that a run gives back is kept for the next one.

A run of England makes and drops some hundred arrays a year. By its defaults the C library hands large pieces back to
the system at once and asks for them anew, page by page, which takes about 20 ms of a run of 20 years.
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Numbers of these settings in `malloc.h` of the GNU C library."""

PIECE = 32 * 1024**2
"""Bytes; a larger array is still taken from the system by itself, and given back when dropped."""
KEPT = 256 * 1024**2
"""Bytes of free memory that a process keeps at most."""


def keep_freed_memory() -> bool:
    """Lets this process reuse what it frees, up to `KEPT`; returns whether that could be set. Changes no result.

    Nothing is done where the C library knows no such setting (on macOS, Windows, or with musl).
    """
    try:
        settle = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(settle(_MMAP_THRESHOLD, PIECE)) and bool(settle(_TRIM_THRESHOLD, KEPT))
