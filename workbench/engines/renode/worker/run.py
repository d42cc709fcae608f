"""Running the core until something happens, exactly there.

What ends a run is noticed by the hooks (`worker.hooks`), on the core's own thread: there the core
is told to pause (`TimeHandle.RequestPause`, what a time source does to its sinks). After a
breakpoint, a limit or an exception entry it stands before the next instruction; after a byte on
the console it finishes the block of instructions that sent it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import gcd

from workbench.engines.base import Stop
from workbench.engines.renode.nowhere import Refusal, refusal_in
from workbench.engines.renode.worker.console import Console
from workbench.engines.renode.worker.dotnet import (
    ClockEntry,
    CPUState,
    Direction,
    UInt64,
    WorkMode,
    state_of,
)
from workbench.engines.renode.worker.hooks import QUESTIONS, Signal
from workbench.engines.renode.worker.machine import RenodeError, RenodeMachine
from workbench.engines.renode.worker.pattern import last_bytes
from workbench.engines.renode.worker.receiver import TIMER
from workbench.engines.renode.worker.watchpoints import watching

_TIMER = "workbench limit"
_NEVER = 1 << 63  # period of a counter that only counts, as the DWT's
_SYSTICK = "systick"  # "systick_NS" in 1.16
_SYST_CSR, _TICKINT = 0xE000E010, 1 << 1  # ARM DDI 0403E, B3.3.3
_POLL_MS = 50
_STALL_SECONDS = 20.0
_SETTLE_SECONDS = 5.0
# A pattern is looked for in so many bytes and what is new; longer matches may not be found.
_PATTERN_WINDOW = 16384

_REASONS = {
    Signal.LIMIT: "limit",
    Signal.PC: "pc",
    Signal.FAULT: "fault",
    Signal.RESET: "reset",
    Signal.BYTE: "uart",
    Signal.SLEEP: "idle",
    Signal.WATCH: "watch",
    Signal.NOWHERE: "fault",
    Signal.LOCKUP: "lockup",
}


@dataclass(frozen=True)
class Limits:
    """How far a run may go, as the protocol carries it: None, or positive."""

    instructions: int | None = None
    nanoseconds: int | None = None


class _Watch:
    """Tells when to report, and whether the machine still moves."""

    def __init__(self, machine: RenodeMachine) -> None:
        self._machine = machine
        self._reported = self._moved = time.monotonic()
        self._seen = (-1, -1)

    def is_due(self) -> bool:
        """Return whether it is time to report. Raises RenodeError where nothing has moved for too
        long.
        """
        now = time.monotonic()
        if now - self._reported < _POLL_MS / 1000:
            return False
        self._reported = now
        place = self._machine.instructions, self._machine.nanoseconds
        if place != self._seen:
            self._seen, self._moved = place, now
        elif now - self._moved > _STALL_SECONDS:
            raise RenodeError(f"Renode made no progress for {_STALL_SECONDS:.0f} s")
        return True


class RenodeRunner:
    """Runs `machine`; `progress` is called about 20 times a second while it runs."""

    def __init__(
        self, machine: RenodeMachine, console: Console, progress: Callable[[], None]
    ) -> None:
        self._machine = machine
        self._console = console
        self._progress = progress
        self._pattern: re.Pattern[bytes] | None = None
        self._unread = b""
        self.refused: Refusal | None = None
        """The access that the last run ended at, where nothing answered it."""
        self._owed: Refusal | None = None

    def run(self, until: Stop, limits: Limits, unread: bytes) -> str:
        """Run until something in `until` happens, or a limit is reached; return what, in the words
        of StopKind.

        `unread` are console bytes that the pattern may begin in.
        """
        self.refused = self._owed if until.fault else None
        self._owed = None
        if self._is_stuck or self._machine.cpu.IsHalted:
            return "lockup"  # halted: Renode does not start a core without a vector table
        if self.refused is not None:
            return "fault"
        reason = self._run(until, limits, unread)
        self._machine.hooks.disarm()
        if self.refused is None:  # what comes in the last block behind the end is the next run's
            self._owed = refusal_in(self._machine.hooks.logged)
        return reason

    def _run(self, until: Stop, limits: Limits, unread: bytes) -> str:
        self._unread = unread
        self._console.watch()
        self._pattern = re.compile(until.uart, re.DOTALL) if until.uart is not None else None
        if self._pattern is not None and self._pattern.search(unread):
            return "uart"
        ask_bytes = frozenset() if until.uart is None else last_bytes(until.uart)
        self._machine.hooks.arm(ask_bytes, fault=until.fault, sleep=until.idle, reset=until.reset)
        with watching(self._machine, until.watch):
            reason = self._run_to(until, limits)
        if reason == "watch" and self._stands_at(self._machine.hooks.accessed_at):
            stepped = self._bounded(1, None)  # the instruction was taken back
            return reason if stepped == "limit" else stepped
        return reason

    def forget(self) -> None:
        """The machine is another one."""
        self.refused = self._owed = None

    def _stands_at(self, address: int) -> bool:
        """Is `address`, as a hook saw PC, that of the next instruction? Hooks see that of a 32-bit
        one two bytes late.
        """
        return address - (int(self._machine.cpu.PC.RawValue) & ~1) in (0, 2)

    def _run_to(self, until: Stop, limits: Limits) -> str:
        begun = self._machine.instructions, self._machine.nanoseconds
        reason = self._run_from(until, limits, begun)
        moved = self._machine.instructions != begun[0]
        if reason == "limit" and moved and int(self._machine.cpu.PC.RawValue) & ~1 in until.pc:
            return "pc"
        return reason

    def _run_from(self, until: Stop, limits: Limits, begun: tuple[int, int]) -> str:
        """Run; `begun` are the instructions and nanoseconds before."""
        first = self._first_step(until)
        if first is not None:
            return first
        left = None
        if limits.instructions is not None:
            left = limits.instructions - (self._machine.instructions - begun[0])
        left_ns = None
        if limits.nanoseconds is not None:
            left_ns = limits.nanoseconds - (self._machine.nanoseconds - begun[1])
        if (left or left_ns or 0) <= 0:
            return "limit"
        return self._to_addresses(until.pc, left, left_ns)

    def _first_step(self, until: Stop) -> str | None:
        """Do what must come before the addresses are watched; return a reason if it ends the run.

        Renode tells of a sleep when it begins: whether something has woken the core since then
        shows when it is let go. And an instruction at a watched address under the core is executed
        before that address counts.
        """
        reason = "limit"
        if until.idle and self._sleeps_for_good():
            reason = self._stride(1)
            if reason == "limit" and self._sleeps_for_good():
                return "idle"
        elif int(self._machine.cpu.PC.RawValue) & ~1 in until.pc:
            reason = self._bounded(1, None)
        return None if reason == "limit" else reason

    def _to_addresses(self, pc: frozenset[int], instructions: int | None, ns: int | None) -> str:
        cpu, hook = self._machine.cpu, self._machine.hooks.address
        for address in pc:
            cpu.AddHook(address, hook)
        try:
            return self._bounded(instructions, ns)
        finally:
            for address in pc:
                cpu.RemoveHook(address, hook)

    def _bounded(self, instructions: int | None, ns: int | None) -> str:
        """Run at most so many instructions or nanoseconds, exactly."""
        if instructions is None:
            assert ns is not None
            return self._timed(ns, 1_000_000_000)
        machine = self._machine
        target = machine.instructions + instructions
        while (left := target - machine.instructions) > 0:
            before = machine.instructions
            reason = self._stride(left)
            if reason != "limit":
                return reason
            if machine.instructions == before and self._sleeps_for_good():
                return "idle"  # the limit cannot be reached
        return "limit"

    def _stride(self, instructions: int) -> str:
        """Run for the time that `instructions` take at most, or for a part of it."""
        machine = self._machine
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
        machine = self._machine
        clock, hooks = machine.machine.ClockSource, machine.hooks
        hooks.clear()
        clock.AddClockEntry(
            ClockEntry(
                UInt64(ticks), frequency, hooks.limit, machine.cpu, _TIMER,
                True, Direction.Ascending, WorkMode.OneShot,
            )
        )  # fmt: skip
        try:
            with machine.receiver.sending():
                machine.release()
                return self._wait()
        finally:
            machine.hold()
            clock.TryRemoveClockEntry(hooks.limit)

    def _wait(self) -> str:
        """Answer the hooks' questions until one of them has ended the run; say which."""
        hooks = self._machine.hooks
        watch = _Watch(self._machine)
        while not self._aborted:
            if hooks.noticed.Wait(_POLL_MS):
                signal = hooks.signal
                if signal not in QUESTIONS:
                    break
                stop = self._decide(signal)
                hooks.answer(stop)
                if stop:
                    break
            if watch.is_due():
                self._progress()
        self._settle()
        # A fault that locks the core up is told of as a fault first.
        return "lockup" if self._is_stuck else _REASONS[hooks.signal]

    def _decide(self, signal: Signal) -> bool:
        """Does what the core is parked for end the run?"""
        if signal is Signal.SLEEP:
            return not self._can_wake()
        if signal is Signal.NOWHERE:
            self.refused = refusal_in(self._machine.hooks.logged)
            return self.refused is not None
        assert self._pattern is not None
        self._unread = self._unread[-_PATTERN_WINDOW:] + self._console.new()
        return self._pattern.search(self._unread) is not None

    def _settle(self) -> None:
        """Wait until the core's thread has left the core alone, and a reset is over."""
        give_up = time.monotonic() + _SETTLE_SECONDS
        machine = self._machine
        while machine.machine.IsPaused or machine.cpu.TimeHandle.SinkSideActive:
            if time.monotonic() > give_up:
                raise RenodeError("the core did not stop when it was told to")
            time.sleep(0.0001)

    @property
    def _aborted(self) -> bool:
        return bool(state_of(self._machine.cpu) == CPUState.Aborted)

    @property
    def _is_stuck(self) -> bool:
        return self._aborted or self._machine.is_locked_up

    def _sleeps_for_good(self) -> bool:
        return self._machine.hooks.asleep and not self._can_wake()

    def _can_wake(self) -> bool:
        """Is a timer running, or a byte on its way? Nothing else happens by itself here."""
        if self._machine.receiver.is_receiving():
            return True
        for entry in self._machine.machine.ClockSource.GetAllClockEntries():
            if not entry.Enabled or entry.LocalName in (_TIMER, TIMER) or entry.Period >= _NEVER:
                continue
            # Renode starts SysTick with the first interrupt, even one that was never switched on.
            if str(entry.LocalName).startswith(_SYSTICK) and not self._systick_interrupts():
                continue
            if self._machine.receiver.may_interrupt(str(entry.LocalName)):
                return True
        return False

    def _systick_interrupts(self) -> bool:
        bus = self._machine.machine.SystemBus
        return bool(bus.ReadDoubleWord(_SYST_CSR, self._machine.cpu) & _TICKINT)
