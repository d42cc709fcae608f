"""What Renode calls while the core runs: delegates that never enter Python.

The core's thread must not wait for Python's lock: a callback into Python costs 50 us, and one for
each byte on the console was seen to lock up with the thread that waits for the run's end. So the
hooks are put together from .NET expressions. They can do two things: end the run, or park the core
until Python, on its own thread, has decided whether the run ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import partial
from typing import Any

from workbench.armv7m.architecture import CORE_REGISTERS
from workbench.engines.renode.nowhere import MARK
from workbench.engines.renode.worker.dotnet import (
    Action,
    Array,
    BinaryWriter,
    Boolean,
    BusHookDelegate,
    CPUState,
    ExecutionMode,
    Expression,
    File,
    FileAccess,
    FileMode,
    FileShare,
    FileStream,
    Int32,
    LogEntry,
    ManualResetEventSlim,
    MemoryOperation,
    RegisterValue,
    SemaphoreSlim,
    String,
    Type,
    UInt64,
    event_type,
    hidden_delegate,
    parameter_type,
    type_of,
)
from workbench.engines.renode.worker.expressions import (
    assign,
    block,
    call,
    constant,
    convert,
    delegate,
    element,
    read,
    when,
)
from workbench.engines.renode.worker.registers import INDEX

# Exception indices of tlib (arch/arm/cpu.h) that mark a fault: undefined instruction, prefetch and
# data abort, no coprocessor, invalid state; since 2026-06 division by zero and BusFault. Taken
# exceptions come as interrupts besides.
_FAULTS = (1, 3, 4, 17, 18, 20, 21)
_EXCEPTION_INDICES = 64

_NOTED = {name: INDEX[name] for name in CORE_REGISTERS}  # at an access that nothing answers

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
    NOWHERE = 8  # an access that nothing answers, which Renode only writes into its log
    LOCKUP = 9  # the core has locked up, where Renode models that (since 2026-06)


QUESTIONS = (Signal.BYTE, Signal.SLEEP, Signal.NOWHERE)


class Hooks:
    """The delegates for one core and its console, and what they share with Python."""

    def __init__(self, machine: Any, cpu: Any, uart: Any, console: str) -> None:
        """`console`: the file that every byte from `uart` is appended to at once."""
        self.noticed = ManualResetEventSlim(False)
        self._decided = SemaphoreSlim(0)
        self._signal = Array[Int32]([0])
        self._before_reset = Array[UInt64]([UInt64(0)])
        self._asked_bytes = Array[Boolean]([False] * 256)
        self._fault_indices = Array[Boolean]([False] * _EXCEPTION_INDICES)
        self._wanted = Array[Boolean]([False] * len(Signal))
        self._asleep = Array[Boolean]([False])
        self._block = Array[UInt64]([UInt64(0)])
        self._accessed = Array[UInt64]([UInt64(0)] * 4)
        self._logged = Array[String]([""])
        self._registers = Array[UInt64]([UInt64(0)] * len(_NOTED))
        self._xpsr = Array[RegisterValue]([RegisterValue.Create(0, 32)])
        self._ends = Array[Boolean]([False])  # the answer to the last question
        self._cpu = cpu
        self._stream = FileStream(console, FileMode.Append, FileAccess.Write, FileShare.Read, 1)
        self.limit = delegate(type_of(Action), lambda: self._stop(Signal.LIMIT))
        self.address = delegate(parameter_type(cpu, "AddHook", 1), lambda *_: self._stop(Signal.PC))
        self.byte = delegate(event_type(uart, "CharReceived"), self._on_byte)
        self.exception = delegate(
            parameter_type(cpu, "AddHookAtInterruptBegin"), self._on_exception
        )
        self.read = delegate(type_of(BusHookDelegate), partial(self._on_access, False))
        self.write = delegate(type_of(BusHookDelegate), partial(self._on_access, True))
        self.sleep = delegate(parameter_type(cpu, "AddHookAtWfiStateChange"), self._on_sleep)
        self.log = delegate(type_of(Action[LogEntry]), self._on_log)
        self.lockup = delegate(type_of(Action[Boolean]), self._on_lockup)
        self.reset = delegate(event_type(machine, "MachineReset"), self._on_reset)
        self.state = delegate(event_type(cpu, "StateChanged"), self._on_state)

    def arm(self, ask_bytes: Iterable[int], *, fault: bool, sleep: bool, reset: bool) -> None:
        """Say what the next run is to notice; what was noticed before is forgotten."""
        asked = frozenset(ask_bytes)
        for value in range(256):
            self._asked_bytes[value] = value in asked
        for index in _FAULTS:
            self._fault_indices[index] = fault
        self._wanted[Signal.SLEEP] = sleep
        self._wanted[Signal.RESET] = reset
        self._wanted[Signal.NOWHERE] = fault
        self._logged[0] = ""
        self.clear()

    def disarm(self) -> None:
        """Accesses from here on are the host's."""
        self._wanted[Signal.NOWHERE] = False

    def clear(self) -> None:
        """Forget what was noticed."""
        self._signal[0] = 0
        self.noticed.Reset()

    @property
    def signal(self) -> Signal:
        """What was noticed first since `arm` or the last answer."""
        return Signal(self._signal[0])

    def answer(self, stop: bool) -> None:
        """Let a parked core go: to the end of its block, or on."""
        self.noticed.Reset()
        self._ends[0] = stop
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

    @property
    def logged(self) -> str:
        """The line of the log that NOWHERE is about, "" where there was none in this run."""
        return str(self._logged[0] or "")

    @property
    def registers(self) -> dict[str, int]:
        """The core's registers at the access that NOWHERE is about, once the run has ended."""
        values = (int(value) for value in self._registers)
        return dict(zip(_NOTED, values, strict=True))

    def record_blocks(self, path: str) -> tuple[Any, Any]:
        """Return a delegate for SetHookAtBlockBegin, and the writer behind it.

        Each call appends two unsigned 64-bit little-endian numbers to the file `path`: the address
        of the block that begins, and the instructions issued before it.
        """
        writer = BinaryWriter(File.Create(path, 1 << 20))

        def write(address: Any, _size: Any) -> Any:
            issued = Expression.Add(element(self._before_reset, 0), self._executed)
            return block(
                assign(element(self._block, 0), address),
                call(writer, "Write", address),
                call(writer, "Write", issued),
            )

        return delegate(parameter_type(self._cpu, "SetHookAtBlockBegin"), write), writer

    def record_reads(self, path: str, ranges: Iterable[tuple[int, int]]) -> tuple[Any, Any]:
        """Return a delegate for SetHookAtMemoryAccess, and the writer behind it.

        Each data read in one of `ranges`, (start, end), appends two unsigned 64-bit little-endian
        numbers to the file `path`: the address of the block that reads, as `record_blocks` noted
        it (Renode's own program counter is as old as its last use), and the address read.
        """
        writer = BinaryWriter(File.Create(path, 1 << 20))

        def write(_pc: Any, operation: Any, address: Any, *_: Any) -> Any:
            wanted = constant(Boolean(False))
            for start, end in ranges:
                within = Expression.AndAlso(
                    Expression.GreaterThanOrEqual(address, constant(UInt64(start))),
                    Expression.LessThan(address, constant(UInt64(end))),
                )
                wanted = Expression.OrElse(wanted, within)
            is_read = Expression.Equal(operation, constant(MemoryOperation.MemoryRead))
            return when(
                Expression.AndAlso(is_read, wanted),
                call(writer, "Write", element(self._block, 0)),
                call(writer, "Write", address),
            )

        return delegate(parameter_type(self._cpu, "SetHookAtMemoryAccess"), write), writer

    def close(self) -> None:
        self._stream.Close()

    def _on_byte(self, value: Any) -> Any:
        return block(
            call(self._stream, "WriteByte", value),
            call(self._stream, "Flush"),
            when(element(self._asked_bytes, convert(value, Int32)), self._ask(Signal.BYTE)),
        )

    def _on_exception(self, index: Any) -> Any:
        known = Expression.LessThan(index, constant(UInt64(_EXCEPTION_INDICES)))
        fault = element(self._fault_indices, convert(index, Int32))
        return when(Expression.AndAlso(known, fault), self._stop(Signal.FAULT))

    def _on_access(self, is_write: bool, _cpu: Any, address: Any, width: Any, _value: Any) -> Any:
        values = (
            address,
            convert(width, UInt64),
            constant(UInt64(int(is_write))),
            read(read(self._cpu, "PC"), "RawValue"),
        )
        noted = (assign(element(self._accessed, n), value) for n, value in enumerate(values))
        return block(*noted, self._stop(Signal.WATCH))

    def _on_log(self, entry: Any) -> Any:
        """Of an access that ends the run, and of one in the rest of the run's last block, note
        what the core held: its program counter is as old as the block until Renode is told to
        work it out, which is not done where the core goes on.
        """
        message, logged = read(entry, "Message"), element(self._logged, 0)
        wanted = Expression.AndAlso(
            element(self._wanted, int(Signal.NOWHERE)),
            Expression.Equal(logged, constant("")),
        )
        contains = type_of(String).GetMethod("Contains", Array[Type]([type_of(String)]))
        return when(
            Expression.AndAlso(wanted, Expression.Call(message, contains, constant(MARK))),
            assign(logged, message),
            assign(element(self._ends, 0), constant(Boolean(True))),
            self._ask(Signal.NOWHERE),
            Expression.IfThenElse(
                element(self._ends, 0), self._note_registers(), assign(logged, constant(""))
            ),
        )

    def _note_registers(self) -> Any:
        """What Renode works out includes the state of an IT block, which is not the core's any more
        at the end of a block that goes on: that is put back.
        """
        restore = hidden_delegate(self._cpu, "TlibRestoreContext")
        xpsr, before = constant(Int32(INDEX["xpsr"])), element(self._xpsr, 0)
        first = [assign(before, self._register(INDEX["xpsr"]))]
        first += [] if restore is None else [Expression.Invoke(constant(restore))]
        noted = (
            assign(
                element(self._registers, n),
                convert(read(self._register(index), "RawValue"), UInt64),
            )
            for n, index in enumerate(_NOTED.values())
        )
        return block(*first, *noted, call(self._cpu, "SetRegister", xpsr, before))

    def _register(self, index: int) -> Any:
        return call(self._cpu, "GetRegister", constant(Int32(index)))

    def _on_sleep(self, asleep: Any) -> Any:
        wanted = Expression.AndAlso(asleep, element(self._wanted, int(Signal.SLEEP)))
        note = assign(element(self._asleep, 0), asleep)
        return block(note, when(wanted, self._ask(Signal.SLEEP)))

    def _on_lockup(self, locked_up: Any) -> Any:
        return when(locked_up, self._stop(Signal.LOCKUP))

    def _on_reset(self, _machine: Any) -> Any:
        """The machine resumes the core when the reset is over: it must wait for a step then."""
        hold = assign(read(self._cpu, "ExecutionMode"), constant(ExecutionMode.SingleStep))
        wanted = element(self._wanted, int(Signal.RESET))
        return when(wanted, hold, self._notice(Signal.RESET))

    def _on_state(self, _cpu: Any, _old: Any, new: Any) -> Any:
        """A reset of the core begins with this change of state, its count still untouched."""
        total = element(self._before_reset, 0)
        add = assign(total, Expression.Add(total, self._executed))
        wake = assign(element(self._asleep, 0), constant(Boolean(False)))
        return when(Expression.Equal(new, constant(CPUState.InReset)), add, wake)

    @property
    def _executed(self) -> Any:
        return read(self._cpu, "ExecutedInstructions")

    def _stop(self, signal: Signal) -> Any:
        """Notice `signal` and pause the core before its next instruction."""
        handle = read(self._cpu, "TimeHandle")
        pause = Expression.Call(handle, handle.Type.GetMethod("RequestPause"))
        return block(pause, self._notice(signal))

    def _ask(self, signal: Signal) -> Any:
        """Notice `signal` and park the core until it is answered; not when it is stopping."""
        nothing_yet = Expression.Equal(element(self._signal, 0), constant(Int32(0)))
        return when(nothing_yet, self._notice(signal), call(self._decided, "Wait"))

    def _notice(self, signal: Signal) -> Any:
        """The first signal stays."""
        current = element(self._signal, 0)
        first = when(
            Expression.Equal(current, constant(Int32(0))),
            assign(current, constant(Int32(int(signal)))),
        )
        return block(first, call(self.noticed, "Set"))
