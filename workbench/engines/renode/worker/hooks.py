"""What Renode calls while the core runs: delegates that never enter Python.

The core's thread must not wait for Python's lock: a callback into Python costs 50 us, and one for
each byte on the console was seen to lock up with the thread that waits for the run's end. So the
hooks are put together from .NET expressions. They can do two things: end the run, or park the core
until Python, on its own thread, has decided whether the run ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from workbench.engines.renode.worker.dotnet import (
    ICPU,
    Action,
    Array,
    BinaryWriter,
    Boolean,
    BusHookDelegate,
    Byte,
    CPUState,
    ExecutionMode,
    Expression,
    File,
    FileAccess,
    FileMode,
    FileShare,
    FileStream,
    ICpuSupportingGdb,
    IMachine,
    Int32,
    ManualResetEventSlim,
    MemoryOperation,
    ParameterExpression,
    SemaphoreSlim,
    SysbusAccessWidth,
    Type,
    UInt32,
    UInt64,
    type_of,
)

# Exception indices of tlib (arch/arm/cpu.h) that mark a fault: undefined instruction, prefetch
# and data abort, no coprocessor, invalid state. Taken exceptions come as interrupts besides.
_FAULTS = (1, 3, 4, 17, 18)
_EXCEPTION_INDICES = 64

READ_RECORD_BYTES = 16  # of `record_reads`


class Signal(IntEnum):
    """What a hook noticed; the core is parked after the QUESTIONS."""

    NONE = 0
    LIMIT = 1
    PC = 2
    FAULT = 3
    RESET = 4
    BYTE = 5
    SLEEP = 6
    WATCH = 7


QUESTIONS = (Signal.BYTE, Signal.SLEEP)


class Hooks:
    """The delegates for one core and its console, and what they share with Python."""

    def __init__(self, cpu: Any, console: str) -> None:
        """`console`: the file that every byte from the console is appended to at once."""
        self.noticed = ManualResetEventSlim(False)
        self._decided = SemaphoreSlim(0)
        self._signal = Array[Int32]([0])
        self._before_reset = Array[UInt64]([UInt64(0)])
        self._asked_bytes = Array[Boolean]([False] * 256)
        self._fault_indices = Array[Boolean]([False] * _EXCEPTION_INDICES)
        self._wanted = Array[Boolean]([False] * len(Signal))
        self._asleep = Array[Boolean]([False])
        self._accessed = Array[UInt64]([UInt64(0)] * 4)
        self._cpu = cpu
        self._stream = FileStream(console, FileMode.Append, FileAccess.Write, FileShare.Read, 1)
        self.limit = self._delegate(Action, [], self._stop(Signal.LIMIT))
        self.address = self._delegate(
            Action[ICpuSupportingGdb, UInt64], [ICpuSupportingGdb, UInt64], self._stop(Signal.PC)
        )
        self.byte = self._make_byte()
        self.exception = self._make_exception()
        self.read = self._make_access(is_write=False)
        self.write = self._make_access(is_write=True)
        self.sleep = self._make_sleep()
        self.reset = self._make_reset()
        self.state = self._make_state()

    def arm(self, ask_bytes: Iterable[int], *, fault: bool, sleep: bool, reset: bool) -> None:
        """Say what the next run is to notice; what was noticed before is forgotten."""
        asked = frozenset(ask_bytes)
        for value in range(256):
            self._asked_bytes[value] = value in asked
        for index in _FAULTS:
            self._fault_indices[index] = fault
        self._wanted[Signal.SLEEP] = sleep
        self._wanted[Signal.RESET] = reset
        self.clear()

    def clear(self) -> None:
        self._signal[0] = 0
        self.noticed.Reset()

    @property
    def signal(self) -> Signal:
        """What was noticed first since `arm` or the last answer."""
        return Signal(self._signal[0])

    def answer(self, stop: bool) -> None:
        """Let a parked core go: to the end of its block, or on."""
        self.noticed.Reset()
        if stop:
            self._cpu.TimeHandle.RequestPause()
        else:
            self._signal[0] = 0
        self._decided.Release()

    @property
    def issued_before(self) -> int:
        """Instructions issued before the last reset of the core: Renode counts anew from there."""
        return int(self._before_reset[0])

    @issued_before.setter
    def issued_before(self, count: int) -> None:
        self._before_reset[0] = UInt64(count)

    @property
    def asleep(self) -> bool:
        """Does the core sleep (WFI, WFE)? Renode says so when it changes, and only then."""
        return bool(self._asleep[0])

    @asleep.setter
    def asleep(self, value: bool) -> None:
        self._asleep[0] = value

    @property
    def accessed(self) -> tuple[int, int, bool]:
        """Address, bytes, and whether it is a write, of the access that WATCH is about."""
        address, size, is_write, _ = (int(value) for value in self._accessed)
        return address, size, bool(is_write)

    @property
    def accessed_at(self) -> int:
        """The address of the instruction that accesses."""
        return int(self._accessed[3]) & ~1

    def record_blocks(self, path: str) -> tuple[Any, Any]:
        """Return a delegate for SetHookAtBlockBegin, and the writer behind it.

        Each call appends two unsigned 64-bit little-endian numbers to the file `path`: the address
        of the block that begins, and the instructions issued before it.
        """
        writer = BinaryWriter(File.Create(path, 1 << 20))
        address = Expression.Parameter(type_of(UInt64), "address")
        size = Expression.Parameter(type_of(UInt32), "size")
        output = Expression.Constant(writer)
        executed = Expression.Property(Expression.Constant(self._cpu), "ExecutedInstructions")
        issued = Expression.Add(_element(self._before_reset, 0), executed)
        body = _block(
            _call(output, BinaryWriter, "Write", [UInt64], [address]),
            _call(output, BinaryWriter, "Write", [UInt64], [issued]),
        )
        return self._delegate_of(Action[UInt64, UInt32], [address, size], body), writer

    def record_reads(self, path: str, ranges: Iterable[tuple[int, int]]) -> tuple[Any, Any]:
        """Return a delegate for SetHookAtMemoryAccess, and the writer behind it.

        Each data read in one of `ranges`, (start, end), appends two unsigned 64-bit little-endian
        numbers to the file `path`: the address of the instruction, and the address read. Renode
        knows its program counter as of the last time it was needed: it is in the same block.
        """
        kind = _type_of_parameter(self._cpu, "SetHookAtMemoryAccess")
        described = kind.GetMethod("Invoke").GetParameters()
        parameters = [Expression.Parameter(each.ParameterType, each.Name) for each in described]
        pc, operation, address = parameters[:3]
        writer = BinaryWriter(File.Create(path, 1 << 20))
        output = Expression.Constant(writer)
        write = _block(
            _call(output, BinaryWriter, "Write", [UInt64], [pc]),
            _call(output, BinaryWriter, "Write", [UInt64], [address]),
        )
        is_read = Expression.Equal(operation, _constant(MemoryOperation.MemoryRead))
        wanted = _constant(Boolean(False))
        for start, end in ranges:
            within = Expression.AndAlso(
                Expression.GreaterThanOrEqual(address, _constant(UInt64(start))),
                Expression.LessThan(address, _constant(UInt64(end))),
            )
            wanted = Expression.OrElse(wanted, within)
        body = Expression.IfThen(Expression.AndAlso(is_read, wanted), write)
        named = Array[ParameterExpression](parameters)
        return Expression.Lambda(kind, body, named).Compile(), writer

    def close(self) -> None:
        self._stream.Close()

    def _make_byte(self) -> Any:
        value = Expression.Parameter(type_of(Byte), "value")
        stream = Expression.Constant(self._stream)
        asked = self._flag(self._asked_bytes, Expression.Convert(value, type_of(Int32)))
        body = _block(
            _call(stream, FileStream, "WriteByte", [Byte], [value]),
            _call(stream, FileStream, "Flush", [], []),
            Expression.IfThen(asked, self._ask(Signal.BYTE)),
        )
        return self._delegate_of(Action[Byte], [value], body)

    def _make_exception(self) -> Any:
        index = Expression.Parameter(type_of(UInt64), "index")
        known = Expression.LessThan(index, _constant(UInt64(_EXCEPTION_INDICES)))
        fault = self._flag(self._fault_indices, Expression.Convert(index, type_of(Int32)))
        body = Expression.IfThen(known, Expression.IfThen(fault, self._stop(Signal.FAULT)))
        return self._delegate_of(Action[UInt64], [index], body)

    def _make_access(self, is_write: bool) -> Any:
        kinds = [ICpuSupportingGdb, UInt64, SysbusAccessWidth, UInt64]
        parameters = [Expression.Parameter(type_of(kind), f"p{n}") for n, kind in enumerate(kinds)]
        _, address, width, _ = parameters
        pc = Expression.Property(Expression.Constant(self._cpu), "PC")
        values = (
            address,
            Expression.Convert(width, type_of(UInt64)),
            _constant(UInt64(int(is_write))),
            Expression.Property(pc, "RawValue"),
        )
        noted = (
            Expression.Assign(_element(self._accessed, index), value)
            for index, value in enumerate(values)
        )
        body = _block(*noted, self._stop(Signal.WATCH))
        return self._delegate_of(BusHookDelegate, parameters, body)

    def _make_sleep(self) -> Any:
        asleep = Expression.Parameter(type_of(Boolean), "asleep")
        wanted = self._flag(self._wanted, _constant(Int32(int(Signal.SLEEP))))
        ask = Expression.IfThen(Expression.AndAlso(asleep, wanted), self._ask(Signal.SLEEP))
        body = _block(Expression.Assign(_element(self._asleep, 0), asleep), ask)
        return self._delegate_of(Action[Boolean], [asleep], body)

    def _make_reset(self) -> Any:
        """The machine resumes the core when the reset is over: it must wait for a step then."""
        wanted = self._flag(self._wanted, _constant(Int32(int(Signal.RESET))))
        mode = Expression.Property(Expression.Constant(self._cpu), "ExecutionMode")
        hold = Expression.Assign(mode, _constant(ExecutionMode.SingleStep))
        body = Expression.IfThen(wanted, _block(hold, self._notice(Signal.RESET)))
        return self._delegate(Action[IMachine], [IMachine], body)

    def _make_state(self) -> Any:
        """A reset of the core begins with this change of state, its count still untouched."""
        cpu = Expression.Parameter(type_of(ICPU), "cpu")
        old = Expression.Parameter(type_of(CPUState), "old")
        new = Expression.Parameter(type_of(CPUState), "new")
        total = _element(self._before_reset, 0)
        executed = Expression.Property(Expression.Constant(self._cpu), "ExecutedInstructions")
        add = Expression.Assign(total, Expression.Add(total, executed))
        wake = Expression.Assign(_element(self._asleep, 0), _constant(Boolean(False)))
        body = Expression.IfThen(
            Expression.Equal(new, _constant(CPUState.InReset)), _block(add, wake)
        )
        return self._delegate_of(Action[ICPU, CPUState, CPUState], [cpu, old, new], body)

    def _stop(self, signal: Signal) -> Any:
        """Notice `signal` and pause the core before its next instruction."""
        handle = Expression.Property(Expression.Constant(self._cpu), "TimeHandle")
        pause = Expression.Call(handle, handle.Type.GetMethod("RequestPause"))
        return _block(pause, self._notice(signal))

    def _ask(self, signal: Signal) -> Any:
        """Notice `signal` and park the core until it is answered; not when it is stopping."""
        park = _call(Expression.Constant(self._decided), SemaphoreSlim, "Wait", [], [])
        nothing_yet = Expression.Equal(_element(self._signal, 0), _constant(Int32(0)))
        return Expression.IfThen(nothing_yet, _block(self._notice(signal), park))

    def _notice(self, signal: Signal) -> Any:
        """The first signal stays."""
        current = _element(self._signal, 0)
        first = Expression.IfThen(
            Expression.Equal(current, _constant(Int32(0))),
            Expression.Assign(current, _constant(Int32(int(signal)))),
        )
        wake = _call(Expression.Constant(self.noticed), ManualResetEventSlim, "Set", [], [])
        return _block(first, wake)

    def _flag(self, flags: Any, index: Any) -> Any:
        return Expression.ArrayIndex(Expression.Constant(flags), index)

    def _delegate(self, kind: Any, parameters: list[Any], body: Any) -> Any:
        """A delegate that does not look at its arguments."""
        named = [Expression.Parameter(type_of(each), f"p{n}") for n, each in enumerate(parameters)]
        return self._delegate_of(kind, named, body)

    def _delegate_of(self, kind: Any, parameters: list[Any], body: Any) -> Any:
        named = Array[ParameterExpression](parameters)
        return Expression.Lambda(type_of(kind), body, named).Compile()


def _type_of_parameter(target: Any, method: str) -> Any:
    """The type of the only parameter of a method."""
    return target.GetType().GetMethod(method).GetParameters()[0].ParameterType


def _constant(value: Any) -> Any:
    return Expression.Constant(value)


def _element(array: Any, index: int) -> Any:
    place = Array[Expression]([_constant(Int32(index))])
    return Expression.ArrayAccess(Expression.Constant(array), place)


def _block(*expressions: Any) -> Any:
    return Expression.Block(Array[Expression](list(expressions)))


def _call(target: Any, kind: Any, name: str, types: list[Any], arguments: list[Any]) -> Any:
    method = type_of(kind).GetMethod(name, Array[Type]([type_of(each) for each in types]))
    return Expression.Call(target, method, Array[Expression](arguments))
