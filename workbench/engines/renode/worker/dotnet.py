"""Renode's and .NET's own names, once pyrenode3 has loaded them into this process.

Hot callbacks (a byte sent, a block begun) must not enter Python: `record_blocks` builds them out
of .NET expressions, so that they cost tens of nanoseconds on every runtime pythonnet supports.
"""

from __future__ import annotations

# isort: off
import pyrenode3  # noqa: F401  loads Renode, and with it every name below
import clr
from Antmicro.Renode.Core import EmulationManager, IMachine
from Antmicro.Renode.Logging import Logger
from Antmicro.Renode.Peripherals.CPU import (
    CPUState,
    ExecutionMode,
    ICPU,
    ICpuSupportingGdb,
    RegisterValue,
)
from Antmicro.Renode.Time import ClockEntry, Direction, WorkMode
from pyrenode3.conversion import interface_to_class
from pyrenode3.wrappers import Monitor
from System import Action, Array, Boolean, Byte, Object, Type, UInt32, UInt64
from System.IO import BinaryWriter, File
from System.Linq.Expressions import Expression, ParameterExpression
from System.Reflection import BindingFlags
from System.Threading import ManualResetEventSlim
# isort: on


__all__ = [
    "ICPU",
    "Action",
    "Array",
    "Boolean",
    "Byte",
    "CPUState",
    "ClockEntry",
    "Direction",
    "EmulationManager",
    "ExecutionMode",
    "ICpuSupportingGdb",
    "IMachine",
    "Logger",
    "ManualResetEventSlim",
    "Monitor",
    "RegisterValue",
    "UInt64",
    "WorkMode",
    "interface_to_class",
    "invoke_hidden",
    "record_blocks",
]


def record_blocks(cpu: object, path: str) -> tuple[object, object]:
    """Return a .NET delegate for SetHookAtBlockBegin, and the writer behind it.

    Each call appends two unsigned 64-bit little-endian numbers to the file `path`: the address of
    the block that begins, and the instructions executed before it.
    """
    writer = BinaryWriter(File.Create(path, 1 << 20))
    address = Expression.Parameter(clr.GetClrType(UInt64), "address")
    size = Expression.Parameter(clr.GetClrType(UInt32), "size")
    write = clr.GetClrType(BinaryWriter).GetMethod("Write", Array[Type]([clr.GetClrType(UInt64)]))
    output = Expression.Constant(writer)
    executed = Expression.Property(Expression.Constant(cpu), "ExecutedInstructions")
    body = Expression.Block(
        Array[Expression](
            [
                Expression.Call(output, write, Array[Expression]([address])),
                Expression.Call(output, write, Array[Expression]([executed])),
            ]
        )
    )
    kind = clr.GetClrType(Action[UInt64, UInt32])
    hook = Expression.Lambda(kind, body, Array[ParameterExpression]([address, size])).Compile()
    return hook, writer


def invoke_hidden(target: object, name: str, argument: object) -> bool:
    """Call the non-public method `name` of `target`; False where this Renode has none."""
    kind = target.GetType()  # type: ignore[attr-defined]
    while kind is not None:
        method = kind.GetMethod(name, BindingFlags.NonPublic | BindingFlags.Instance)
        if method is not None:
            method.Invoke(target, Array[Object]([argument]))
            return True
        kind = kind.BaseType
    return False
