"""Rules are compiled into the kernels that call them, and not into machine code of their own.

Numba makes machine code of every function by itself, and again within each of its callers, since it links what is
called into the caller. Python cannot call a rule compiled, so its own machine code would never run.
"""

from __future__ import annotations

import ctypes
from functools import cached_property
from typing import Any

from llvmlite import binding
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen

ENTRY = "_ZN7cpython"
"""How the name of an entry for Python begins."""
BY_ADDRESS = ("nrt", "multi3")
"""Numba's own libraries, which have none but are called by address."""

OPTIONS = ("-inline-threshold=5000", "-two-entry-phi-node-folding-threshold=20")
"""What LLVM is told. A rule becomes a piece of whoever calls it, however long it is: a call hands over some twenty
numbers through memory. And where two short ways meet again, both are gone and one result taken, since chance decides
here and a processor that guesses the way is often wrong. Together 3% of a run; values stay the same."""


class Library(JITCodeLibrary):  # type: ignore[misc]
    """The compiled code of one function with all that it calls."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """Makes each function quick, by one set of passes. Numba sets passes up anew for each, and for those as well
        that are only declared here, and stand elsewhere."""
        ll_module.data_layout = self._codegen._data_layout
        passes, builder = self._codegen._function_pass_manager()
        for function in ll_module.functions:
            if not function.is_declaration:
                passes.run(function, builder)

    @cached_property
    def _only_linked(self) -> bool:
        """Whether nothing but compiled code calls it, which takes it as it is before it is machine code; asked when all
        of it is there."""
        from_cache = self._object_caching_enabled and self._compiled_object is not None
        entry = any(one.name.startswith(ENTRY) for one in self._final_module.functions)
        return not (from_cache or entry or self.name in BY_ADDRESS)

    def _optimize_final_module(self) -> None:
        """What is linked is made quick together with its caller."""
        if not self._only_linked:
            super()._optimize_final_module()

    def _finalize_final_module(self) -> None:
        if not self._only_linked:
            super()._finalize_final_module()
            return
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def serialize_using_object_code(self) -> Any:
        """What the cache keeps."""
        return self.serialize_using_bitcode() if self._only_linked else super().serialize_using_object_code()


def _set_env(codegen: Any, name: str, env: Any) -> None:
    """Tells a function what its errors need to be raised; one that is only linked is told with its callers."""
    address = codegen._engine.get_global_value_address(name)
    if address:
        ctypes.c_void_p.from_address(address).value = id(env)


def link_rules() -> None:
    """Lets numba compile so from now on."""
    for option in OPTIONS:
        binding.set_option("commissim", option)
    JITCPUCodegen._library_class = Library
    JITCPUCodegen.set_env = _set_env
