"""A table of agents: one row an agent, one contiguous column for each thing known of it, in a single block of memory.

A pass over all practices reads few of their hundred columns; kept apart, those few stay in the processor's cache.
Kernels receive a table as two machine words, its address and its number of rows, and write `lists.total[row]`; Python
writes `lists["total"]` for the whole column. Either way a column is a plain array of `rows` numbers.
"""

from __future__ import annotations

import sim.kernel  # noqa: F401  first, since it tells numba where to keep what it compiles

# isort: split
import ctypes
import operator
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.core.boxing import unbox_tuple
from numba.core.datamodel import default_manager
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import (
    NativeValue,
    lower_builtin,
    models,
    register_model,
    type_callable,
    typeof_impl,
    unbox,
)
from numpy.typing import NDArray

from sim.world.columns import GROUPS
from sim.world.unboxing import read_word

KINDS = {"f8": types.float64, "i8": types.int64, "u8": types.uint64}
"""Numba's name for each type of column; all take eight bytes."""

PLACES = {group: {name: (k, kind) for k, (name, kind, _, _) in enumerate(GROUPS[group])} for group in GROUPS}
"""Where a column lies in the block of its group, and its type."""


class Table:
    """The columns of one group of `sim.world.columns`, all zero at first.

    words: the address of the columns, and how many rows they have.
    table["total"] and table.total are the same array, of shape (rows,); table["total"] = values sets it.
    """

    def __init__(self, group: str, rows: int) -> None:
        self._hold(group, np.zeros((len(GROUPS[group]), rows)))

    def _hold(self, group: str, block: NDArray[np.float64]) -> None:
        self.group = group
        self._block = block
        self.words = array("q", (_address(block), block.shape[1]))
        self._handle = self.words.buffer_info()[0]

    def __getattr__(self, name: str) -> NDArray[Any]:
        """The column of this name; kept as an attribute once asked for."""
        place, kind = PLACES[self.__dict__["group"]].get(name, (-1, "")) if name[0] != "_" else (-1, "")
        if place < 0:
            raise AttributeError(f"no column {name!r}")
        column = self.__dict__[name] = self._block[place].view(f"<{kind}")
        return column

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(f"{self.group} has no column {name!r}") from None

    def __setitem__(self, name: str, values: object) -> None:
        self[name][...] = values

    def __len__(self) -> int:
        return self._block.shape[1]

    def __iter__(self) -> Iterable[Any]:
        raise TypeError("a table has no rows of its own; ask for a column")

    def __reduce__(self) -> tuple[Any, ...]:
        return _with_block, (self.group, self._block)

    def take(self, rows: NDArray[Any]) -> Table:
        """A table of these rows, in this order; rows: row numbers, or a mask."""
        return _with_block(self.group, np.ascontiguousarray(self._block[:, rows]))

    def copy(self) -> Table:
        """The same values in memory of their own."""
        return _with_block(self.group, self._block.copy())


def _address(block: NDArray[np.float64]) -> int:
    """Where a block lies in memory; a run asks some thirty times, and `block.ctypes.data` takes four times as long."""
    return ctypes.addressof(ctypes.c_char.from_buffer(block.data)) if block.size else 0


def _with_block(group: str, block: NDArray[np.float64]) -> Table:
    table = Table.__new__(Table)
    table._hold(group, block)
    return table


def copy_row(table: Table, to: int, source: int) -> None:
    """Copies all columns of row `source` to row `to`; for kernels and Python alike."""
    table._block[:, to] = table._block[:, source]


def clear_row(table: Table, row: int) -> None:
    """Sets all columns of a row to zero; for kernels and Python alike."""
    table._block[:, row] = 0.0


def add_row(table: Table, to: int, source: int) -> None:
    """Adds all columns of row `source` to row `to`; for kernels and Python alike, and groups of amounts (f8) only."""
    if not _amounts(table.group):
        raise TypeError(f"{table.group} holds more than amounts")
    table._block[:, to] += table._block[:, source]


def _amounts(group: str) -> bool:
    return all(kind == "f8" for _, kind in PLACES[group].values())


class TableType(types.Type):  # type: ignore[misc]
    """The type of a column group in compiled code."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.columns = {name: (place, KINDS[kind]) for name, (place, kind) in PLACES[group].items()}
        super().__init__(name=f"Table({group})")


@unbox(types.NamedUniTuple)
def _unbox_group(kind: types.NamedUniTuple, group: Any, c: Any) -> NativeValue:
    """A NamedTuple of floats, such as a group of parameters: read from where Python keeps them. Numba would call Python
    for every number, and compile as much for ten of them as for a small rule. TypeError for what is no float."""
    if kind.dtype != types.float64:
        return unbox_tuple(kind, group, c)
    builder, double = c.builder, ir.DoubleType().as_pointer()
    items = builder.bitcast(_after(builder, group, tuple.__basicsize__), group.type.as_pointer())
    numbers = [builder.load(cgutils.gep_inbounds(builder, items, place)) for place in range(kind.count)]
    found = [_after(builder, number, object.__basicsize__) for number in numbers]
    values = [builder.load(builder.bitcast(number, double)) for number in found]
    wrong, float_type = cgutils.false_bit, c.pyapi.get_c_object("PyFloat_Type")
    for number in numbers:
        kind_of = _after(builder, number, object.__basicsize__ - ctypes.sizeof(ctypes.c_void_p))
        kind_of = builder.load(builder.bitcast(kind_of, float_type.type.as_pointer()))
        wrong = builder.or_(wrong, builder.icmp_unsigned("!=", kind_of, float_type))
    with builder.if_then(wrong, likely=False):
        c.pyapi.err_set_string("PyExc_TypeError", f"{kind.instance_class.__name__} holds more than floats")
    return NativeValue(c.context.make_tuple(builder, kind, values), is_error=wrong)


def _after(builder: Any, pointer: Any, size: int) -> Any:
    """What lies so many bytes after the beginning of a Python object."""
    return builder.gep(builder.bitcast(pointer, cgutils.voidptr_t), [ir.Constant(ir.IntType(64), size)])


class ColumnType(types.Array):  # type: ignore[misc]
    """An array that is a column of a table. A row of it, never counted from the end, is read and written by a few
    instructions; numba's own way with arrays takes some thirty, which is a fifth of all that there is to compile."""

    def __init__(self, dtype: Any) -> None:
        super().__init__(dtype, 1, "C", name=f"Column({dtype})")


def _parts(dtype: Any) -> dict[str, Any]:
    """Of what numba makes up an array, in this order: name and type."""
    model = models.ArrayModel(default_manager, types.Array(dtype, 1, "C"))
    return dict(zip(model._fields, model._members, strict=True))


ARRAY = list(_parts(types.float64))
"""Places of these parts."""


@register_model(ColumnType)
class _ColumnModel(models.StructModel):  # type: ignore[misc]
    """Laid out as an array, but whoever calls a kernel holds the table: nothing is counted."""

    def __init__(self, manager: Any, kind: ColumnType) -> None:
        super().__init__(manager, kind, list((_parts(kind.dtype) | {"meminfo": types.voidptr}).items()))


@typeof_impl.register(Table)
def _type_of(table: Table, _context: Any) -> TableType:
    return TableType(table.group)


@register_model(TableType)
class _TableModel(models.StructModel):  # type: ignore[misc]
    """Two words. Whoever calls a kernel holds the table, so nothing is counted or freed."""

    def __init__(self, manager: Any, kind: TableType) -> None:
        super().__init__(manager, kind, [("block", types.voidptr), ("rows", types.intp)])


@unbox(TableType)
def _unbox(kind: TableType, table: Any, c: Any) -> NativeValue:
    address, wrong = read_word(c, table, "_handle")
    words = c.builder.inttoptr(address, ir.IntType(64).as_pointer())
    made = cgutils.create_struct_proxy(kind)(c.context, c.builder)
    made.block = c.builder.inttoptr(c.builder.load(words), made.block.type)
    made.rows = c.builder.load(cgutils.gep_inbounds(c.builder, words, 1))
    return NativeValue(made._getvalue(), is_error=wrong)


@infer_getattr
class _TableColumns(AttributeTemplate):  # type: ignore[misc]
    key = TableType

    def generic_resolve(self, kind: TableType, name: str) -> types.Array | None:
        return ColumnType(kind.columns[name][1]) if name in kind.columns else None


@lower_getattr_generic(TableType)
def _column(context: Any, builder: Any, kind: TableType, value: Any, name: str) -> Any:
    table = cgutils.create_struct_proxy(kind)(context, builder, value)
    place, number = kind.columns[name]
    word = table.rows.type
    first = builder.gep(table.block, [builder.mul(table.rows, ir.Constant(word, 8 * place))])
    array = context.get_constant_undef(ColumnType(number))
    for part, known in (("nitems", table.rows), ("itemsize", ir.Constant(word, 8))):
        array = builder.insert_value(array, known, ARRAY.index(part))
    for part, known in (("shape", table.rows), ("strides", ir.Constant(word, 8))):
        array = builder.insert_value(array, known, (ARRAY.index(part), 0))
    for part in ("meminfo", "parent"):
        at = ARRAY.index(part)
        array = builder.insert_value(array, ir.Constant(array.type.elements[at], None), at)
    at = ARRAY.index("data")
    return builder.insert_value(array, builder.bitcast(first, array.type.elements[at]), at)


def _cell(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Pointer to the cell of a column, (column, row, ...)."""
    row = context.cast(builder, arguments[1], signature.args[1], types.intp)
    return builder.gep(builder.extract_value(arguments[0], ARRAY.index("data")), [row])


if not config.BOUNDSCHECK:

    @lower_builtin(operator.getitem, ColumnType, types.Integer)
    def _get_cell(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_cell(context, builder, signature, arguments))

    @lower_builtin(operator.setitem, ColumnType, types.Integer, types.Any)
    def _set_cell(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, _, given = signature.args
        value = context.cast(builder, arguments[2], given, kind.dtype)
        builder.store(value, _cell(context, builder, signature, arguments))
        return context.get_dummy_value()


@type_callable(len)
def _type_len(_context: Any) -> Any:
    def typer(table: Any) -> Any:
        return types.intp if isinstance(table, TableType) else None

    return typer


@lower_builtin(len, TableType)
def _len(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).rows


@type_callable(copy_row)
def _type_copy_row(_context: Any) -> Any:
    return lambda table, to, source: types.none if isinstance(table, TableType) else None


@type_callable(add_row)
def _type_add_row(_context: Any) -> Any:
    return lambda table, to, source: types.none if isinstance(table, TableType) and _amounts(table.group) else None


@type_callable(clear_row)
def _type_clear_row(_context: Any) -> Any:
    return lambda table, row: types.none if isinstance(table, TableType) else None


@lower_builtin(copy_row, TableType, types.Integer, types.Integer)
def _copy_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    for to, source in _cells(context, builder, signature, arguments):
        builder.store(builder.load(source), to)
    return context.get_dummy_value()


@lower_builtin(add_row, TableType, types.Integer, types.Integer)
def _add_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    amount = ir.DoubleType().as_pointer()
    for cells in _cells(context, builder, signature, arguments):
        to, source = (builder.bitcast(cell, amount) for cell in cells)
        builder.store(builder.fadd(builder.load(to), builder.load(source)), to)
    return context.get_dummy_value()


@lower_builtin(clear_row, TableType, types.Integer)
def _clear_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    for (cell,) in _cells(context, builder, signature, arguments):
        builder.store(ir.Constant(ir.IntType(64), 0), cell)
    return context.get_dummy_value()


def _cells(context: Any, builder: Any, signature: Any, arguments: Any) -> Iterator[list[Any]]:
    """Pointers to the cells of the rows that were given, column by column."""
    kind = signature.args[0]
    table = cgutils.create_struct_proxy(kind)(context, builder, arguments[0])
    given = zip(arguments[1:], signature.args[1:], strict=True)
    rows = [context.cast(builder, argument, kind_of, types.intp) for argument, kind_of in given]
    words = builder.bitcast(table.block, ir.IntType(64).as_pointer())
    for place in range(len(kind.columns)):
        first = builder.mul(table.rows, ir.Constant(table.rows.type, place))
        yield [builder.gep(words, [builder.add(first, row)]) for row in rows]
