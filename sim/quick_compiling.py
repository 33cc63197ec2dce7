"""What numba does slowly while it compiles, done quickly: none of it changes the code that numba asks LLVM for.

Half of the time of compiling goes into Python code of numba's own, and much of that into looking up again and again
what cannot have changed. Each piece below stands for one method of numba's; where a version lacks that method, the
piece is left out, and compiling is slower but right. A test asserts that the version in the lock has them all, and that
they change no code.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

OPERATORS = frozenset(getattr(operator, name) for name in operator.__all__)


def compile_quickly() -> None:
    """Lets numba compile so from now on, in this process and those that it forks."""
    for piece in PIECES:
        with suppress(ImportError, AttributeError):
            piece()


def _compare_options() -> None:
    """Compares the options of functions by those that were set, and only then by all.

    Numba looks up what it has compiled by them, some 200,000 times, and each time makes dictionaries of all options.
    The answer is the same; so is the hash, which is of the options' names.
    """
    from numba.core.targetconfig import TargetConfig

    hashes: dict[type, int] = {}

    def hashed(self: Any) -> int:
        kind = type(self)
        if kind not in hashes:
            hashes[kind] = hash(tuple(sorted(self.options)))
        return hashes[kind]

    def equal(self: Any, other: Any) -> bool:
        if type(self) is not type(other):
            return False
        mine, theirs = self._values, other._values
        return mine == theirs or all(getattr(self, name) == getattr(other, name) for name in {**mine, **theirs})

    TargetConfig.__hash__, TargetConfig.__eq__ = hashed, equal


def _remember_operators() -> None:
    """Asks once what an operator makes of arguments of these types.

    Numba tries all that it knows to add, strings and sets and dates among them, at each plus of two numbers, and again
    in each round of working out types. What is compiled for its arguments is asked for every time, since that depends
    on the options of the caller as well: such an answer is not kept under the operator's own name.
    """
    from numba.core.types.functions import BaseFunction

    ask = BaseFunction.get_call_type
    answers: dict[tuple[int, tuple[Any, ...]], tuple[Any, Any]] = {}  # the function is kept, so that its id stays its

    def get_call_type(self: Any, context: Any, args: Any, kws: Any) -> Any:
        if kws or self.typing_key not in OPERATORS:
            return ask(self, context, args, kws)
        key = id(self), tuple(args)
        if key in answers:
            return answers[key][1]
        answer = ask(self, context, args, kws)
        if answer is not None and self._impl_keys[answer.args] is self.typing_key:
            answers[key] = self, answer
        return answer

    BaseFunction.get_call_type = get_call_type  # type: ignore[method-assign]


def _leave_out_entry_variables() -> None:
    """Lists the variables that live where a block begins for generators alone, which alone need them: numba lists them
    after most of its steps, and works out the life of every variable for that."""
    from numba.core.postproc import PostProcessor, VariableLifetime
    from numba.core.transforms import canonicalize_cfg

    in_full: Callable[..., None] = PostProcessor.run

    def run(self: Any, emit_dels: bool = False, extend_lifetimes: bool = False) -> None:
        code = self.func_ir
        if code.is_generator:
            in_full(self, emit_dels, extend_lifetimes)
            return
        code.blocks = canonicalize_cfg(code.blocks)
        code.variable_lifetime = VariableLifetime(code.blocks)
        code.generator_info = None
        if emit_dels:
            self._insert_var_dels(extend_lifetimes=extend_lifetimes)

    PostProcessor.run = run


def _annotate_nothing() -> None:
    """Keeps no copy of the source with the types of all variables beside the code: `inspect_types` alone shows it."""
    from numba.core.annotations.type_annotations import TypeAnnotation

    def nothing(self: Any) -> str:
        return ""

    TypeAnnotation.__str__ = nothing


PIECES = (_compare_options, _remember_operators, _leave_out_entry_variables, _annotate_nothing)
