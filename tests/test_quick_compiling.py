"""What is done quickly while compiling is done at all, and changes no code."""

from __future__ import annotations

import re
from typing import Any

import numba
import numpy as np
import pytest
from numba.core.annotations.type_annotations import TypeAnnotation
from numba.core.postproc import PostProcessor
from numba.core.targetconfig import TargetConfig
from numba.core.types.functions import BaseFunction

from sim.quick_compiling import PIECES, compile_quickly

REPLACED = [
    (TargetConfig, "__hash__"),
    (TargetConfig, "__eq__"),
    (BaseFunction, "get_call_type"),
    (PostProcessor, "run"),
    (TypeAnnotation, "__str__"),
]


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba does everything in its own way again after each test."""
    for owner, name in REPLACED:
        monkeypatch.setattr(owner, name, getattr(owner, name))


def weigh(values: Any, pair: tuple[float, int], limit: int) -> float:
    """Loops, branches, operators on numbers of several kinds, arrays, tuples and bits."""
    total, bits = 0.0, np.uint64(limit)
    weight, most = pair
    for place in range(len(values)):
        value = values[place]
        if value > 0.0 and place % 2 == 0:
            total += weight * value**2 - value / (1 + place)
        elif not place < most:
            values[place] = -total
            bits ^= bits >> np.uint64(3)
        total = max(total, min(value, 1.0))
    return total + float(bits & np.uint64(7)) + values[1:].sum()


def code_of(function: Any) -> str:
    """What numba makes of it for LLVM, but for the running numbers in names and the names' lengths."""
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    compiled(np.ones(4), (0.5, 2), 9)
    (code,) = compiled.inspect_llvm().values()
    return re.sub(r"v\d+|\$\d+|B\d+|\d+ x i8", "", str(code))


def test_every_piece_fits_the_version_in_the_lock() -> None:
    before = [getattr(owner, name) for owner, name in REPLACED]
    for piece in PIECES:
        piece()
    assert not [name for (owner, name), old in zip(REPLACED, before, strict=True) if getattr(owner, name) is old]


def test_the_code_is_the_same() -> None:
    slowly = code_of(weigh)
    compile_quickly()
    assert code_of(weigh) == slowly
    assert code_of(weigh) == slowly, "again, with what was remembered"


def test_a_version_without_one_method_leaves_out_that_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(PostProcessor, "run")
    compile_quickly()
    assert not hasattr(PostProcessor, "run")
    assert str(TypeAnnotation.__new__(TypeAnnotation)) == ""


def test_generators_are_compiled_as_ever() -> None:
    compile_quickly()

    def counted(most: int) -> Any:
        for place in range(most):
            yield place * 2

    assert list(numba.njit(counted)(4)) == [0, 2, 4, 6]
