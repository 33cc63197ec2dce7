"""The one place that knows numba.

Rules are small scalar functions, kernels are plain loops over them; both are compiled here and nowhere else.

Numba reads its settings when it is imported, which is why this module sets the environment first. Vector maths
libraries are switched off, so that a result does not depend on the processor's extras. So is the vectorising of loops:
it took a tenth of compiling and sped up nothing, since loops here look up and branch. `sim.kernel_cache` says where
compiled code is kept, and when it may be used again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")
os.environ.setdefault("NUMBA_LOOP_VECTORIZE", "0")

import numba

from sim.kernel_cache import drop_linking_code, root, use_cache
from sim.linking import link_rules

link_rules()
CACHE = root()
COMPILED = not numba.config.DISABLE_JIT

OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""For rules and kernels alike. A wrapper for callers in C, which nobody here is, would cost a quarter of compiling.

Under numpy's error model a division by nil gives infinity or NaN instead of an exception, which spares a branch at each
division (a quarter of the time of all kernels). None may pass unseen: `record` refuses a year with a sum that is not
finite, and a test runs the model uncompiled with every division by nil an error.
"""

Function = TypeVar("Function", bound=Callable[..., Any])


class Shared(numba.core.registry.CPUDispatcher):  # type: ignore[misc]
    """A compiled rule. Numbers that callers write out are taken as any others of their type: numba would compile it
    anew for each of them: one in seventeen of all functions that were compiled."""

    def get_call_template(self, arguments: Any, keywords: Any) -> Any:
        keywords = {name: _plain(kind) for name, kind in keywords.items()}
        return super().get_call_template(tuple(_plain(kind) for kind in arguments), keywords)


def _plain(kind: Any) -> Any:
    literal = isinstance(kind, numba.types.IntegerLiteral | numba.types.BooleanLiteral)
    return numba.types.unliteral(kind) if literal else kind


class Rule(Shared):
    """A rule as kernels call it, compiled; Python calls the plain function, which spares compiling an entry for it."""

    def __call__(self, *arguments: Any) -> Any:
        return self.py_func(*arguments)


def _compiled(function: Function, **options: bool) -> Function:
    compiled: Function = numba.njit(**OPTIONS, **options)(function)
    if COMPILED:
        use_cache(compiled, CACHE)
    return compiled


def _for_kernels(function: Function, **options: bool) -> Function:
    compiled = _compiled(function, **options, no_cpython_wrapper=True)
    if COMPILED:
        compiled.__class__ = Rule
    return compiled


def rule(function: Function) -> Function:
    """A small scalar function that kernels call: what happens to one practice, doctor or case.

    It makes no arrays and returns none (`maker` does): numba then need not count references to the tables that it is
    given, which would cost more than most rules.
    """
    return _for_kernels(function, _nrt=False)


def part(function: Function) -> Function:
    """A rule that a kernel calls in one place and gives much to look at: it becomes a piece of the kernel's own code,
    since to hand over some hundred columns and weights would cost more than what it does."""
    return _for_kernels(function, _nrt=False, forceinline=True)


def shared_rule(function: Function) -> Function:
    """A rule that Python calls compiled as well: keyed draws, whose arithmetic on 64 bits plain Python warns of."""
    compiled = _compiled(function, _nrt=False)
    if COMPILED:
        compiled.__class__ = Shared
    return compiled


def maker(function: Function) -> Function:
    """A part of a kernel that makes arrays; to be called once a kernel, or for few rows."""
    return _for_kernels(function)


class Kernel:
    """A compiled loop that Python calls once a phase.

    Numba looks up the types of all arguments at every call, which costs more than the loop itself in a small world. A
    kernel has one signature for life (a test asserts it), so after the first call its machine code is called directly.
    Arguments must therefore always be of the same types: column groups, NamedTuples of floats, streams, plain arrays.
    """

    __slots__ = ("_call", "dispatcher")

    def __init__(self, dispatcher: Any) -> None:
        self.dispatcher = dispatcher
        self._call: Callable[..., Any] = self._first if COMPILED else dispatcher

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)

    def _first(self, *arguments: Any) -> Any:
        result = self.dispatcher(*arguments)
        signatures = self.dispatcher.signatures
        if not CHECK_TYPES and len(signatures) == 1:
            compiled = self.dispatcher.overloads[signatures[0]]
            drop_linking_code(compiled)
            self._call = compiled.entry_point
        return result

    @property
    def _function(self) -> Any:
        return self.dispatcher.py_func if COMPILED else self.dispatcher

    @property
    def name(self) -> str:
        """Module and name of the function."""
        return f"{self._function.__module__}.{self._function.__name__}"

    @property
    def file(self) -> str:
        """Where the function stands."""
        return str(self._function.__code__.co_filename)

    @property
    def signatures(self) -> list[Any]:
        """Argument types it was compiled for so far; more than one is a fault (see CHECK_TYPES)."""
        return list(self.dispatcher.signatures) if COMPILED else []


KERNELS: list[Kernel] = []
"""Every kernel, in order of definition; the tests ask each for its number of signatures."""

CHECK_TYPES = os.environ.get("COMMISSIM_CHECK_TYPES", "") not in ("", "0")
"""Lets numba look up the types of every call, slowly: a call with other types is then compiled anew and can be seen."""


def kernel(function: Callable[..., Any]) -> Kernel:
    """A plain loop over rows. Called from Python with column groups and parameters of fixed types, once a phase."""
    made = Kernel(_compiled(function))
    KERNELS.append(made)
    return made
