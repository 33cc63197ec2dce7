"""Keyed draws: every chance event has its own number, whatever else happens.

A draw is a hash of (seed, decision, year, who). It does not depend on order, on the number of workers or on what other
agents do, so a practice keeps its luck across regimes: two regimes under one seed differ only by what the regimes do.
A *decision* is a named kind of chance event; `decision("workforce.leaving")` registers it once for the whole program.

The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014), applied once for each key.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from llvmlite import ir

from sim.kernel import rule, shared_rule
from sim.world.unboxing import read_word

# isort: split
from numba import types
from numba.core.errors import TypingError
from numba.core.typing.templates import AttributeTemplate, bound_function, infer_getattr, signature
from numba.extending import NativeValue, lower_builtin, models, register_model, typeof_impl, unbox

_DECISIONS: dict[str, int] = {}

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S32, _S31, _S30, _S27, _S11 = np.uint64(32), np.uint64(31), np.uint64(30), np.uint64(27), np.uint64(11)
_HALF = np.uint64(0x5851F42D4C957F2D)


def stable_hash(text: str) -> int:
    """A 64-bit number that depends on the text alone, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def decision(name: str) -> str:
    """Registers a kind of chance event and returns its name. A name taken twice is an error: two kinds of events
    would share luck."""
    if name in _DECISIONS:
        raise ValueError(f"the decision {name!r} is registered twice")
    _DECISIONS[name] = stable_hash(name)
    return name


@shared_rule
def mix(x):
    """SplitMix64's finaliser: 64 bits in, 64 well-mixed bits out."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@rule
def to_unit(x):
    """The top 53 bits as a float strictly between 0 and 1."""
    return (float(x >> _S11) + 0.5) * (1.0 / 9007199254740992.0)


@shared_rule
def uniform(stream, who):
    """Uniform draw in (0, 1) for agent `who` (uint64) in a stream (uint64)."""
    return to_unit(mix(stream ^ mix(who + _GOLDEN)))


@shared_rule
def uniform2(stream, who, other):
    """Uniform draw in (0, 1) for a pair of ids (uint64), for example a doctor and a vacancy."""
    return to_unit(mix(mix(stream ^ mix(who + _GOLDEN)) ^ mix(other + _HALF)))


@shared_rule
def person(stream, who):
    """Where the draws of agent `who` (uint64) in a stream (uint64) begin, for `nth_draw`."""
    return mix(stream ^ mix(who + _GOLDEN))


@shared_rule
def nth_draw(begin, n):
    """The n-th uniform draw in (0, 1), n = 0, 1, ..., of an agent who needs several: SplitMix64 from `begin` on."""
    return to_unit(mix(begin + np.uint64(n + 1) * _GOLDEN))


_CELLS = 2048
_TAIL = 50
_QUANTILES = np.array([0.0, *(NormalDist().inv_cdf(k / _CELLS) for k in range(1, _CELLS)), 0.0])
"""Standard normal quantiles of 0, 1/2048, ..., 1; the first and the last are never read."""


@rule
def inverse_normal(p):
    """Standard normal quantile of p in (0, 1), absolute error under 2e-5: between known quantiles on a straight line,
    which takes half as long as a formula; by one in the tails, where they bend."""
    at = p * _CELLS
    cell = int(at)
    if _TAIL <= cell < _CELLS - _TAIL:
        return _QUANTILES[cell] + (at - cell) * (_QUANTILES[cell + 1] - _QUANTILES[cell])
    return inverse_normal_tail(min(p, 1.0 - p)) * (1.0 if p < 0.5 else -1.0)


@rule
def inverse_normal_tail(p):
    """The lower tail of `inverse_normal`, p < 0.02425; Acklam's rational approximation, relative error under
    1.2e-9."""
    q = math.sqrt(-2.0 * math.log(p))
    return (
        (
            (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        )
        * q
        + 2.938163982698783
    ) / (
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q
        + 1.0
    )


_GUMBELS = np.array([0.0, *(-math.log(-math.log(k / _CELLS)) for k in range(1, _CELLS)), 0.0])
"""Standard Gumbel quantiles of 0, 1/2048, ..., 1; the first and the last are never read."""


@rule
def inverse_gumbel(p):
    """Standard Gumbel quantile of p in (0, 1), absolute error under 1e-4: as `inverse_normal`, which spares the two
    logarithms of most draws."""
    at = p * _CELLS
    cell = int(at)
    if cell < _TAIL or cell >= _CELLS - _TAIL:
        return -math.log(-math.log(p))
    return _GUMBELS[cell] + (at - cell) * (_GUMBELS[cell + 1] - _GUMBELS[cell])


@shared_rule
def normal(stream, who):
    """Standard normal draw for agent `who`."""
    return inverse_normal(uniform(stream, who))


@shared_rule
def normal2(stream, who, other):
    """Standard normal draw for a pair of ids."""
    return inverse_normal(uniform2(stream, who, other))


class Luck:
    """All chance of one year of one run: `stream(decision)` is the key that kernels combine with ids.

    key: what seed and year make of every stream.
    """

    __slots__ = ("_streams", "key", "seed", "year")

    def __init__(self, seed: int, year: int) -> None:
        self.seed, self.year = seed, year
        self.key = (seed * _SEED + year * _YEAR) & _ALL
        self._streams: dict[str, np.uint64] = {}

    @property
    def for_life(self) -> Luck:
        """What is drawn once for the whole run."""
        return _for_life(self.seed)

    def stream(self, name: str) -> np.uint64:
        """The stream of a registered decision in this year; raises KeyError for a name never registered."""
        if name not in self._streams:
            self._streams.update(_streams(self.key, len(_DECISIONS)))
        return self._streams[name]


@lru_cache(maxsize=16)
def _for_life(seed: int) -> Luck:
    return Luck(seed, 0)


@lru_cache(maxsize=128)
def _streams(key_of_year: int, _known: int) -> dict[str, np.uint64]:
    """The streams of all decisions known by now, worked out together since a year needs most of them."""
    key = np.array(list(_DECISIONS.values()), np.uint64) ^ np.uint64(key_of_year)
    key = (key ^ (key >> _S32)) * np.uint64(_STREAM)
    return dict(zip(_DECISIONS, key ^ (key >> _S32), strict=True))


_ALL = 0xFFFFFFFFFFFFFFFF
_SEED, _YEAR, _STREAM = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95, 0xD6E8FEB86659FD93


class LuckType(types.Type):  # type: ignore[misc]
    """The type of a year's luck in compiled code, where `luck.stream(NAME)` is worked out as it is asked for."""

    def __init__(self) -> None:
        super().__init__(name="Luck")


@typeof_impl.register(Luck)
def _type_of(_luck: Luck, _context: Any) -> LuckType:
    return LuckType()


@register_model(LuckType)
class _LuckModel(models.PrimitiveModel):  # type: ignore[misc]
    """`Luck.key`."""

    def __init__(self, manager: Any, kind: LuckType) -> None:
        super().__init__(manager, kind, _WORD)


@unbox(LuckType)
def _unbox(_kind: LuckType, luck: Any, c: Any) -> NativeValue:
    key, wrong = read_word(c, luck, "key")
    return NativeValue(key, is_error=wrong)


@infer_getattr
class _LuckMethods(AttributeTemplate):  # type: ignore[misc]
    key = LuckType

    @bound_function("luck.stream")
    def resolve_stream(self, luck: LuckType, arguments: Any, _keywords: Any) -> Any:
        (name,) = arguments
        if not isinstance(name, types.StringLiteral):
            raise TypingError("a stream is asked for by a decision's name, as a constant")
        return signature(types.uint64, name, recvr=luck)


@lower_builtin("luck.stream", LuckType, types.StringLiteral)
def _stream(_context: Any, builder: Any, asked: Any, arguments: Any) -> Any:
    """As `_streams`, for one decision, whose number is a constant here."""
    key = builder.xor(arguments[0], ir.Constant(_WORD, _DECISIONS[asked.args[1].literal_value]))
    key = builder.mul(builder.xor(key, builder.lshr(key, ir.Constant(_WORD, 32))), ir.Constant(_WORD, _STREAM))
    return builder.xor(key, builder.lshr(key, ir.Constant(_WORD, 32)))


_WORD = ir.IntType(64)
