"""Running the core until something happens, exactly there.

What ends a run is noticed on the core's own thread, in a hook: there the core is told to pause
(`TimeHandle.RequestPause`, what a time source does to its sinks) and an event is set. A hook never
raises: an exception in one would end the process. After a breakpoint, a limit or an exception
entry the core stands before the next instruction; after a byte on the console it finishes the
block of instructions that sent it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import gcd

from workbench.engines.renode.worker.dotnet import (
    Action,
    ClockEntry,
    CPUState,
    Direction,
    ICpuSupportingGdb,
    ManualResetEventSlim,
    UInt64,
    WorkMode,
)
from workbench.engines.renode.worker.machine import Machine, RenodeError

# Exception indices of tlib (arch/arm/cpu.h) that mark a fault: undefined instruction, prefetch
# and data abort, no coprocessor, invalid state. Taken exceptions come as interrupts besides.
_FAULTS = frozenset({1, 3, 4, 17, 18})

_TIMER = "workbench limit"
_NEVER = 1 << 63  # period of a counter that only counts, as the DWT's
_SYSTICK = "systick"
_SYST_CSR, _TICKINT = 0xE000E010, 1 << 1  # ARM DDI 0403E, B3.3.3
_POLL_MS = 50
_STALL_SECONDS = 20.0
_SETTLE_SECONDS = 5.0
# A pattern is looked for in so many bytes before each new one; longer matches are not found.
_PATTERN_WINDOW = 16384


@dataclass(frozen=True)
class Until:
    """What ends a run, as the protocol carries it; limits are None or positive."""

    uart: bytes | None = None
    pc: frozenset[int] = frozenset()
    fault: bool = True
    reset: bool = False
    idle: bool = True
    instructions: int | None = None
    nanoseconds: int | None = None


@dataclass
class Runner:
    """Runs `machine`; `progress` is called about 20 times a second while it runs."""

    machine: Machine
    progress: Callable[[], None]
    output: bytearray = field(default_factory=bytearray)  # not yet handed over

    def __post_init__(self) -> None:
        self._stopped = ManualResetEventSlim(False)
        self._reason = ""
        self._until = Until()
        self._pattern: re.Pattern[bytes] | None = None
        self._unread = bytearray()
        self._expire = Action(lambda: self._stop("limit"))
        self._at_address = Action[ICpuSupportingGdb, UInt64](lambda *_: self._stop("pc"))
        self.machine.on_byte = self._byte
        self.machine.on_reset = self._reset
        self.machine.on_exception = self._exception
        self.machine.on_sleep = self._sleep

    def run(self, until: Until, unread: bytes) -> str:
        """Run until something in `until` happens; return what, in the words of StopKind.

        `unread` are console bytes that the pattern may begin in.
        """
        if self._aborted:
            return "lockup"
        self._until = until
        self._unread = bytearray(unread)
        self._pattern = re.compile(until.uart) if until.uart is not None else None
        if self._pattern is not None and self._pattern.search(self._unread):
            return "uart"
        if int(self.machine.cpu.PC.RawValue) & ~1 in until.pc:
            # The instruction under the core is executed before its address counts.
            reason = self._bounded(1, None)
            if reason != "limit" or until.instructions == 1:
                return reason
            left = None if until.instructions is None else until.instructions - 1
            return self._watched(until.pc, left, until.nanoseconds)
        return self._watched(until.pc, until.instructions, until.nanoseconds)

    def _watched(self, pc: frozenset[int], instructions: int | None, ns: int | None) -> str:
        cpu = self.machine.cpu
        for address in pc:
            cpu.AddHook(address, self._at_address)
        try:
            return self._bounded(instructions, ns)
        finally:
            for address in pc:
                cpu.RemoveHook(address, self._at_address)

    def _bounded(self, instructions: int | None, ns: int | None) -> str:
        """Run at most so many instructions or nanoseconds, exactly."""
        if instructions is None:
            assert ns is not None
            return self._timed(ns, 1_000_000_000)
        machine = self.machine
        target = machine.instructions + instructions
        while (left := target - machine.instructions) > 0:
            before = machine.instructions
            reason = self._stride(left)
            if reason != "limit":
                return reason
            if machine.instructions == before and not self._can_wake():
                return "idle"  # asleep for good: the limit cannot be reached
        return "limit"

    def _stride(self, instructions: int) -> str:
        """Run for the time that `instructions` take at most, or for a part of it."""
        machine = self.machine
        mips = machine.mips
        # Renode's clock counts whole nanoseconds, hence this many instructions at a time.
        grain = mips // gcd(mips, 1000)
        if grain == 1:
            return self._timed(instructions, mips * 1_000_000)
        if instructions >= 2 * grain:
            return self._timed(instructions - grain, mips * 1_000_000)
        machine.cpu.PerformanceInMips = 1000  # the last few: one a nanosecond
        try:
            return self._timed(instructions, 1_000_000_000)
        finally:
            machine.cpu.PerformanceInMips = mips

    def _timed(self, ticks: int, frequency: int) -> str:
        """Run for `ticks` of `frequency` Hz of virtual time at most."""
        clock = self.machine.machine.ClockSource
        self._stopped.Reset()
        self._reason = ""
        clock.AddClockEntry(
            ClockEntry(
                UInt64(ticks), frequency, self._expire, self.machine.cpu, _TIMER,
                True, Direction.Ascending, WorkMode.OneShot,
            )
        )  # fmt: skip
        try:
            self.machine.release()
            self._wait()
        finally:
            self.machine.hold()
            clock.TryRemoveClockEntry(self._expire)
        return self._reason

    def _wait(self) -> None:
        seen, since = (-1, -1), time.monotonic()
        while not self._stopped.Wait(_POLL_MS):
            if self._aborted:
                self._reason = "lockup"
                break
            self.progress()
            now = self.machine.instructions, self.machine.nanoseconds
            if now != seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > _STALL_SECONDS:
                raise RenodeError(f"Renode made no progress for {_STALL_SECONDS:.0f} s")
        self._settle()
        if self._aborted:
            self._reason = "lockup"

    def _settle(self) -> None:
        """Wait until the core's thread has left the core alone, and a reset is over."""
        give_up = time.monotonic() + _SETTLE_SECONDS
        machine = self.machine
        while machine.machine.IsPaused or machine.cpu.TimeHandle.SinkSideActive:
            if time.monotonic() > give_up:
                raise RenodeError("the core did not stop when it was told to")
            time.sleep(0.0001)

    @property
    def _aborted(self) -> bool:
        return bool(self.machine.cpu.State == CPUState.Aborted)

    # From here on: called by Renode, on the core's thread (a reset: on the dispatcher's).

    def _stop(self, reason: str) -> None:
        if not self._reason:
            self._reason = reason
        self.machine.cpu.TimeHandle.RequestPause()
        self._stopped.Set()

    def _byte(self, value: int) -> None:
        self.output.append(value)
        if self._pattern is None:
            return
        self._unread.append(value)
        start = max(0, len(self._unread) - _PATTERN_WINDOW)
        if not self._reason and self._pattern.search(self._unread, start):
            self._stop("uart")

    def _exception(self, index: int) -> None:
        if index in _FAULTS and self._until.fault:
            self._stop("fault")

    def _sleep(self) -> None:
        if self._until.idle and not self._can_wake():
            self._stop("idle")

    def _can_wake(self) -> bool:
        """Is a timer running? Nothing else happens by itself in a machine with one core."""
        for entry in self.machine.machine.ClockSource.GetAllClockEntries():
            if not entry.Enabled or entry.LocalName == _TIMER or entry.Period >= _NEVER:
                continue
            # Renode starts SysTick with the first interrupt, even one that was never switched on.
            if entry.LocalName == _SYSTICK and not self._systick_interrupts():
                continue
            return True
        return False

    def _systick_interrupts(self) -> bool:
        control = self.machine.machine.SystemBus.ReadDoubleWord(_SYST_CSR, self.machine.cpu)
        return bool(control & _TICKINT)

    def _reset(self) -> None:
        if self._until.reset:
            self._reason = self._reason or "reset"
            self.machine.hold()  # the machine resumes the core when the reset is over
            self._stopped.Set()
