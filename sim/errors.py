"""The one error that a user's mistake raises."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class InputError(Exception):
    """Bad input by the user: one line that names the file, the key and what is allowed.

    The command line prints it and ends with exit status 2; in Python it is an ordinary exception.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        key: str | None = None,
        allowed: str | Iterable[str] | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.key = key
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else ", ".join(allowed)
        parts = [p for p in (self.file, self.key) if p]
        line = ": ".join([*parts, message])
        if self.allowed:
            line += f" (allowed: {self.allowed})"
        super().__init__(" ".join(line.split()))
