"""Renode's and .NET's own names, once `loading.import_renode` has loaded them into this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# isort: off
from Antmicro.Renode.Core import EmulationManager, ObjectCreator
from Antmicro.Renode.Logging import LogEntry, Logger, LoggerBackend
from Antmicro.Renode.Logging.Profiling import MemoryOperation
from Antmicro.Renode.Peripherals.Bus import Access as BusAccess
from Antmicro.Renode.Peripherals.Bus import BusHookDelegate, SysbusAccessWidth
from Antmicro.Renode.Peripherals.CPU import ExecutionMode, RegisterValue
from Antmicro.Renode.Peripherals.IRQControllers import NVIC
from Antmicro.Renode.Time import ClockEntry, Direction, WorkMode
from Antmicro.Renode.UserInterface import CommandInteractionEater
from Antmicro.Renode.UserInterface import Monitor as RenodeMonitor
import clr  # after Renode: it starts a runtime where none is
from System import (
    Action,
    Activator,
    Array,
    Boolean,
    Byte,
    DivideByZeroException,
    Double,
    Enum,
    Func,
    Int32,
    Int64,
    Math,
    NotSupportedException,
    Object,
    String,
    Type,
    UInt32,
    UInt64,
    Void,
)
from System.Collections.Generic import List, Queue
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
    "NVIC",
    "Action",
    "Array",
    "BinaryWriter",
    "Boolean",
    "BusAccess",
    "BusHookDelegate",
    "Byte",
    "CPUState",
    "ClockEntry",
    "CommandInteractionEater",
    "Direction",
    "DivideByZeroException",
    "Double",
    "EmulationManager",
    "Enum",
    "ExecutionMode",
    "Expression",
    "File",
    "FileAccess",
    "FileMode",
    "FileShare",
    "FileStream",
    "Func",
    "Int32",
    "Int64",
    "LogEntry",
    "Logger",
    "ManualResetEventSlim",
    "Math",
    "MemoryOperation",
    "ObjectCreator",
    "ParameterExpression",
    "Queue",
    "RegisterValue",
    "RenodeMonitor",
    "SemaphoreSlim",
    "String",
    "SysbusAccessWidth",
    "Type",
    "UInt32",
    "UInt64",
    "WorkMode",
    "attach",
    "detach",
    "event_type",
    "hidden_delegate",
    "hidden_field",
    "interface_to_class",
    "invoke_hidden",
    "log_listener",
    "parameter_type",
    "state_of",
    "type_of",
]


def type_of(kind: Any) -> Any:
    """Return the System.Type of a .NET class, as `typeof` gives it."""
    return clr.GetClrType(kind)


def parameter_type(target: Any, method: str, index: int = 0) -> Any:
    """Return the System.Type of a parameter of a method: delegates are named anew now and then."""
    return target.GetType().GetMethod(method).GetParameters()[index].ParameterType


def event_type(target: Any, event: str) -> Any:
    """Return the System.Type of the delegates that `event` of `target` calls."""
    return target.GetType().GetEvent(event).EventHandlerType


def state_of(cpu: Any) -> Any:
    """Return the CPUState of a core."""
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


def interface_to_class(value: Any) -> Any:
    """Return `value`, typed as an interface, as an object of its own class: a list of those gives
    it.
    """
    values = List[value.GetType()]()
    values.Add(value)
    return values[0]


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
    for method in _abstract_methods(type_of(LoggerBackend)):
        _override(made, method, field, kind)
    finished = made.CreateType()
    backend = Activator.CreateInstance(finished)

    def tell(handler: Any) -> None:
        finished.GetField("told").SetValue(backend, handler)

    tell(Expression.Lambda(kind, Expression.Empty(), _entry_parameter()).Compile())
    Logger.AddBackend(backend, name)
    return tell


def _abstract_methods(kind: Any) -> list[Any]:
    """What a class must override: Log(LogEntry), since 2026-08 Log(LogEntry, TimestampType)."""
    return [method for method in kind.GetMethods() if method.IsAbstract]


def _override(made: Any, method: Any, told: Any, kind: Any) -> None:
    """Override `method`: it calls the delegate in the field `told`, where it is given an entry."""
    parameters = [parameter.ParameterType for parameter in method.GetParameters()]
    attributes = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig
    own = made.DefineMethod(method.Name, attributes, method.ReturnType, Array[Type](parameters))
    code = own.GetILGenerator()
    if parameters[:1] == [type_of(LogEntry)] and method.ReturnType == type_of(Void):
        code.Emit(OpCodes.Ldarg_0)
        code.Emit(OpCodes.Ldfld, told)
        code.Emit(OpCodes.Ldarg_1)
        code.Emit(OpCodes.Callvirt, kind.GetMethod("Invoke"))
    elif method.ReturnType != type_of(Void):
        code.Emit(OpCodes.Newobj, type_of(NotSupportedException).GetConstructor(Array[Type]([])))
        code.Emit(OpCodes.Throw)
    code.Emit(OpCodes.Ret)


def _entry_parameter() -> Any:
    return Array[ParameterExpression]([Expression.Parameter(type_of(LogEntry), "entry")])


def hidden_delegate(target: Any, name: str) -> Any:
    """Return the delegate in the non-public field `name` of `target`; None where this Renode has
    none.
    """
    field = hidden_field(target, name)
    return None if field is None else field.GetValue(target)


def hidden_field(target: Any, name: str) -> Any:
    """Return the FieldInfo of that non-public field; None where this Renode has none."""
    kind = target.GetType()
    while kind is not None:
        field = kind.GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)
        if field is not None:
            return field
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
