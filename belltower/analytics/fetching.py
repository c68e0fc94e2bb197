# SPDX-License-Identifier: Apache-2.0
"""One instruction that numba has no word for: ask memory for a row before it is needed."""

from __future__ import annotations

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def fetch_ahead(_typing, rows, _index):  # type: ignore[no-untyped-def]
    """Ask memory for a row that will be needed soon; a wrong guess of a branch then costs no wait for memory."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, arguments[0])
        row = cgutils.get_item_pointer(context, builder, kind, array, [arguments[1]], wraparound=False)  # type: ignore[no-untyped-call]
        row = builder.bitcast(row, cgutils.voidptr_t)
        word = ir.IntType(32)
        fetch = builder.module.declare_intrinsic(
            "llvm.prefetch", [cgutils.voidptr_t], ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        )
        builder.call(fetch, [row, word(1), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(rows, types.intp), generate
