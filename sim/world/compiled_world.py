"""The World as compiled code sees it: one argument instead of twenty-six tables.

A kernel that is given `w`, a World, writes `w.place` for a table and hands it on to rules. What it costs to call a
kernel in a small world is mostly what it costs to hand over its arguments.
"""

from __future__ import annotations

from typing import Any, TypeVar

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox

from sim.world.columns import GROUPS
from sim.world.table import TableType
from sim.world.unboxing import read_word

WORD = ir.IntType(64)
WORD_OF = {group: 2 * place for place, group in enumerate(GROUPS)}
"""Where the two words of each table stand in `World.words`."""

Class = TypeVar("Class", bound=type)


class WorldType(types.Type):  # type: ignore[misc]
    """The type of a World in compiled code. types: those of its tables, by which compiled code is kept."""

    def __init__(self) -> None:
        self.types = [TableType(group) for group in GROUPS]
        super().__init__(name="World")


def known_to_kernels(world: Class) -> Class:
    """Lets kernels take the class that is decorated: it has a `handle`, the address of the words of its tables."""
    typeof_impl.register(world)(lambda _world, _context: WorldType())
    return world


@register_model(WorldType)
class _WorldModel(models.OpaqueModel):  # type: ignore[misc]
    """The handle. Whoever calls a kernel holds the World, so nothing is counted or freed."""


@unbox(WorldType)
def _unbox(_kind: WorldType, world: Any, c: Any) -> NativeValue:
    address, wrong = read_word(c, world, "handle")
    return NativeValue(c.builder.inttoptr(address, cgutils.voidptr_t), is_error=wrong)


@infer_getattr
class _Tables(AttributeTemplate):  # type: ignore[misc]
    key = WorldType

    def generic_resolve(self, _kind: WorldType, name: str) -> TableType | None:
        return TableType(name) if name in WORD_OF else None


@lower_getattr_generic(WorldType)
def _table(context: Any, builder: Any, _kind: WorldType, value: Any, name: str) -> Any:
    words = builder.bitcast(value, WORD.as_pointer())
    address, rows = (builder.load(builder.gep(words, [ir.Constant(WORD, WORD_OF[name] + k)])) for k in range(2))
    table = cgutils.create_struct_proxy(TableType(name))(context, builder)
    table.block = builder.inttoptr(address, table.block.type)
    table.rows = rows
    return table._getvalue()
