"""Renode's and .NET's own names, once pyrenode3 has loaded them into this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# isort: off
import pyrenode3  # noqa: F401  loads Renode, and with it every name below
import clr
from Antmicro.Renode.Core import EmulationManager
from Antmicro.Renode.Logging import LogEntry, Logger, LoggerBackend
from Antmicro.Renode.Logging.Profiling import MemoryOperation
from Antmicro.Renode.Peripherals.Bus import Access as BusAccess
from Antmicro.Renode.Peripherals.Bus import BusHookDelegate, SysbusAccessWidth
from Antmicro.Renode.Peripherals.CPU import ExecutionMode, RegisterValue
from Antmicro.Renode.Time import ClockEntry, Direction, WorkMode
from pyrenode3.conversion import interface_to_class
from pyrenode3.wrappers import Monitor
from System import (
    Action,
    Activator,
    Array,
    Boolean,
    Byte,
    Int32,
    Object,
    String,
    Type,
    UInt64,
    Void,
)
from System.IO import BinaryWriter, File, FileAccess, FileMode, FileShare, FileStream
from System.Linq.Expressions import Expression, ParameterExpression
from System.Reflection import (
    AssemblyName,
    BindingFlags,
    FieldAttributes,
    MethodAttributes,
    TypeAttributes,
)
from System.Reflection.Emit import AssemblyBuilder, AssemblyBuilderAccess, OpCodes
from System.Threading import ManualResetEventSlim, SemaphoreSlim
# isort: on

# What moved between releases; the first is 1.15.3's, the second 1.16.1's.
try:
    from Antmicro.Renode.Peripherals.CPU import CPUState
except ImportError:
    from Antmicro.Renode.Peripherals.CPU import EmulationCPUState as CPUState

__all__ = [
    "Action",
    "Array",
    "BinaryWriter",
    "Boolean",
    "BusAccess",
    "BusHookDelegate",
    "Byte",
    "CPUState",
    "ClockEntry",
    "Direction",
    "EmulationManager",
    "ExecutionMode",
    "Expression",
    "File",
    "FileAccess",
    "FileMode",
    "FileShare",
    "FileStream",
    "Int32",
    "LogEntry",
    "Logger",
    "ManualResetEventSlim",
    "MemoryOperation",
    "Monitor",
    "ParameterExpression",
    "RegisterValue",
    "SemaphoreSlim",
    "String",
    "SysbusAccessWidth",
    "Type",
    "UInt64",
    "WorkMode",
    "attach",
    "detach",
    "event_type",
    "hidden_delegate",
    "interface_to_class",
    "invoke_hidden",
    "log_listener",
    "parameter_type",
    "state_of",
    "type_of",
]


def type_of(kind: Any) -> Any:
    """The System.Type of a .NET class, as `typeof` gives it."""
    return clr.GetClrType(kind)


def parameter_type(target: Any, method: str, index: int = 0) -> Any:
    """The System.Type of a parameter of a method: delegates are named anew now and then."""
    return target.GetType().GetMethod(method).GetParameters()[index].ParameterType


def event_type(target: Any, event: str) -> Any:
    """The System.Type of the delegates that `event` of `target` calls."""
    return target.GetType().GetEvent(event).EventHandlerType


def state_of(cpu: Any) -> Any:
    """The CPUState of a core."""
    return cpu.EmulationState if hasattr(cpu, "EmulationState") else cpu.State


def attach(target: Any, event: str, handler: Any) -> None:
    """Let `event` of `target` call the delegate `handler` itself.

    Python's `+=` would put a Python function between them: whoever raises the event then waits for
    Python's lock, in a way that Mono's collector cannot interrupt, while the holder of that lock
    may be the one that collects and waits for it to stand still.
    """
    target.GetType().GetEvent(event).AddEventHandler(target, handler)


def detach(target: Any, event: str, handler: Any) -> None:
    """Undo `attach`."""
    target.GetType().GetEvent(event).RemoveEventHandler(target, handler)


def log_listener(name: str) -> Callable[[Any], None]:
    """Let Renode tell what it logs; returns what sets the Action[LogEntry] that is told it.

    Renode has no event for it, only backends, which are classes: one is made here that calls a
    delegate itself, because a class of Python's would have the core's thread enter Python.
    """
    kind = type_of(Action[LogEntry])
    assembly = AssemblyBuilder.DefineDynamicAssembly(AssemblyName(name), AssemblyBuilderAccess.Run)
    made = assembly.DefineDynamicModule(name).DefineType(
        name, TypeAttributes.Public, type_of(LoggerBackend)
    )
    field = made.DefineField("told", kind, FieldAttributes.Public)
    made.DefineDefaultConstructor(MethodAttributes.Public)
    method = made.DefineMethod(
        "Log",
        MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig,
        type_of(Void),
        Array[Type]([type_of(LogEntry)]),
    )
    code = method.GetILGenerator()
    code.Emit(OpCodes.Ldarg_0)
    code.Emit(OpCodes.Ldfld, field)
    code.Emit(OpCodes.Ldarg_1)
    code.Emit(OpCodes.Callvirt, kind.GetMethod("Invoke"))
    code.Emit(OpCodes.Ret)
    finished = made.CreateType()
    backend = Activator.CreateInstance(finished)

    def tell(handler: Any) -> None:
        finished.GetField("told").SetValue(backend, handler)

    tell(Expression.Lambda(kind, Expression.Empty(), _entry_parameter()).Compile())
    Logger.AddBackend(backend, name)
    return tell


def _entry_parameter() -> Any:
    return Array[ParameterExpression]([Expression.Parameter(type_of(LogEntry), "entry")])


def hidden_delegate(target: Any, name: str) -> Any:
    """The delegate in the non-public field `name` of `target`; None where this Renode has none."""
    kind = target.GetType()
    while kind is not None:
        field = kind.GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)
        if field is not None:
            return field.GetValue(target)
        kind = kind.BaseType
    return None


def invoke_hidden(target: Any, name: str, argument: Any) -> bool:
    """Call the non-public method `name` of `target`; False where this Renode has none."""
    kind = target.GetType()
    while kind is not None:
        method = kind.GetMethod(name, BindingFlags.NonPublic | BindingFlags.Instance)
        if method is not None:
            method.Invoke(target, Array[Object]([argument]))
            return True
        kind = kind.BaseType
    return False
