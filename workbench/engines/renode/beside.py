"""Renode with the embedded engine beside it: Renode runs, and what silicon faults on is noticed.

Renode goes on where silicon faults: a division by zero with DIV_0_TRP, an unaligned LDM, an access
to where nothing is, each by version. So the embedded engine executes the same image with the same
inputs, one slice ahead. Where it sees a crash, Renode is run to that instruction. If Renode stands
there with the same registers, the crash is believed, and from there on the embedded engine is the
machine (`StopReason.seen_by` says so): registers, memory, what the handlers do. If it does not, the
two have gone different ways: the embedded engine is dropped with a warning, and what Renode sees
stands.

Renode also faults where silicon goes on (the MPU under FAULTMASK). Where the embedded engine came
there with the same registers and executed the instruction, it is believed and goes on alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.engines.base import (
    Engine,
    Instructions,
    Limit,
    Snapshot,
    Stop,
    StopKind,
    StopReason,
    TraceMark,
    left_of,
)
from workbench.engines.renode.beside_views import (
    BesideMemory,
    BesideRegisters,
    BesideUart,
    Machines,
)
from workbench.engines.renode.engine import RenodeEngine
from workbench.engines.renode.moments import (
    NEAR,
    Before,
    core_registers,
    is_same_crash,
    slices,
    stuck_registers,
)
from workbench.engines.renode.unserved import semihosting_calls
from workbench.engines.state import in_snapshots
from workbench.engines.wrapper import EngineWrapper
from workbench.errors import UserError, WorkbenchError

if TYPE_CHECKING:
    from workbench.image import Image
    from workbench.platform import Platform
    from workbench.trace import Trace

EMBEDDED = "embedded"
"""What `StopReason.seen_by` holds where the engine beside Renode saw how a run ended."""

# Renode finishes the block of instructions that sent the last byte of a pattern.
_BLOCK = 400
_CALLED = (
    "semihosting call at 0x{address:08x}: Renode does not serve it, so the embedded engine, which "
    "executes the same beside it, went on from there alone"
)
_PASSED = (
    "Renode faulted at 0x{pc:08x} after {count:,} instructions, where silicon does not: the "
    "embedded engine, which executes the same beside it, came there with the same registers, and "
    "went on alone"
)


@in_snapshots("renode beside embedded")
@dataclass(frozen=True)
class _Saved:
    """A snapshot's state: both machines; beside is None where Renode runs by itself."""

    renode: object
    beside: object
    drift: int
    alone: bool
    seconds: float


class BesideEngine(EngineWrapper):
    """Renode, and the embedded engine as its second opinion."""

    engine: RenodeEngine

    def __init__(self, renode: RenodeEngine, beside: Engine) -> None:
        super().__init__(renode)
        renode.is_helped = True
        self._machines = Machines(renode, beside)
        self._uart = BesideUart(self._machines)
        self._registers = BesideRegisters(self._machines)
        self._memory = BesideMemory(self._machines)
        self._drift = 0  # what Renode has issued more, for the same way
        self._seconds = 0.0  # virtual time of the embedded engine
        self._calls: frozenset[int] = frozenset()
        self._owed: StopReason | None = None  # a crash in a block that Renode has finished
        self._tracer: Engine = renode
        self._is_tracing = False
        self._per_second = 1.0  # instructions in a second of virtual time

    @property
    def uart(self) -> BesideUart:
        return self._uart

    @property
    def registers(self) -> BesideRegisters:
        return self._registers

    @property
    def memory(self) -> BesideMemory:
        return self._memory

    @property
    def instructions(self) -> int:
        machines = self._machines
        return machines.beside.instructions + self._drift if machines.alone else self._renode_count

    def load(self, image: Image, platform: Platform) -> None:
        self.engine.load(image, platform)
        self._fresh()
        self._per_second = platform.mips * 1e6
        self._calls = frozenset(semihosting_calls(image))
        try:
            self._machines.beside.load(image, platform)
            self._uart.follow()
        except WorkbenchError as error:
            self._machines.drop(f"it cannot run this: {error.message.splitlines()[0]}")

    def reset(self) -> None:
        self.engine.reset()
        kept = self._machines.kept
        self._fresh()
        self._machines.kept = kept
        self._machines.each(lambda engine: engine.reset())
        if kept:
            self._uart.follow()

    def close(self) -> None:
        super().close()
        self._machines.beside.close()

    def drive(self, port: str, pin: int, level: bool) -> None:
        self._machines.both(lambda engine: engine.drive(port, pin, level))

    def run(self, until: Stop, limit: Limit) -> StopReason:
        """Run in slices: where the two go different ways, the embedded engine has executed at most
        about as much in vain as Renode has executed at all.
        """
        warnings: dict[str, None] = {}
        for part in slices(limit):
            reason = self._run(until, part)
            warnings |= dict.fromkeys(reason.warnings)
            if reason.kind is not StopKind.LIMIT:
                break
        return replace(reason, warnings=(*warnings, *self._machines.take_notes()))

    def _run(self, until: Stop, limit: Limit) -> StopReason:
        machines = self._machines
        if machines.alone:
            return self._alone(until, limit)
        if machines.kept and self._owed is None:
            return self._together(until, limit)
        if self._owed is not None:
            owed, self._owed = self._owed, None
            issued = owed.instructions + self._drift - self._renode_count
            return self._take_over(owed, until, left_of(limit, issued, 0.0))
        return self.engine.run(until, limit)

    def start_trace(self, flash_reads: bool = False) -> None:
        self._tracer, self._is_tracing = self._machines.now, True
        self._tracer.start_trace(flash_reads)

    def stop_trace(self) -> Trace:
        self._is_tracing = False
        return self._tracer.stop_trace()

    def mark_trace(self) -> TraceMark:
        return self._tracer.mark_trace()

    def snapshot(self) -> Snapshot:
        taken = self.engine.snapshot()
        machines = self._machines
        beside = machines.beside.snapshot().state if machines.kept else None
        saved = _Saved(taken.state, beside, self._drift, machines.alone, self._seconds)
        return replace(taken, state=saved)

    def restore(self, snapshot: Snapshot) -> None:
        saved = snapshot.state
        if not isinstance(saved, _Saved):
            raise UserError(
                f"a snapshot of engine {snapshot.engine} cannot be restored in Renode",
                "Take the snapshot on the engine that restores it.",
            )
        self.engine.restore(Snapshot(snapshot.engine, saved.renode))
        self._fresh()
        machines = self._machines
        if saved.beside is None:
            machines.drop("the snapshot was taken without it")
            return
        machines.each(lambda engine: engine.restore(Snapshot(engine.name, saved.beside)))
        self._drift, machines.alone, self._seconds = saved.drift, saved.alone, saved.seconds
        self._uart.follow()

    # -- one run -------------------------------------------------------------------------------

    def _together(self, until: Stop, limit: Limit) -> StopReason:
        """Run the embedded engine, then Renode to the same end."""
        machines = self._machines
        self._uart.align()
        before = Before(machines.beside, limit)
        stop = replace(until, fault=True, pc=until.pc | self._calls)
        try:
            seen = machines.beside.run(stop, limit)
        except WorkbenchError as error:
            machines.drop(f"it failed: {error.message.splitlines()[0]}")
            return self.engine.run(until, limit)
        if seen.kind.is_crash or self._is_call(seen, until):
            return self._meet(before, seen, until, limit)
        reason = self.engine.run(until, limit)
        if self._passes(before, seen, reason):
            self._follow_alone()
            self._seconds = seen.seconds
            return self._told(seen)
        self._follow(seen, reason)
        return reason

    def _passes(self, before: Before, seen: StopReason, reason: StopReason) -> bool:
        """Return whether the embedded engine executed what Renode crashed at in this state; not
        where a trace is recorded, which would end there.
        """
        if not reason.kind.is_crash or self._is_tracing:
            return False
        stuck = stuck_registers(self.engine, reason)
        address = before.passes(stuck, reason.instructions - self._drift, seen)
        if address is None:
            return False
        self._machines.note(_PASSED.format(pc=address, count=reason.instructions))
        return True

    def _is_call(self, seen: StopReason, until: Stop) -> bool:
        """Return whether it stands at a semihosting call, which Renode does not serve."""
        return seen.kind is StopKind.PC and seen.pc in self._calls and seen.pc not in until.pc

    def _meet(self, before: Before, seen: StopReason, until: Stop, limit: Limit) -> StopReason:
        """Run Renode to the last instruction before the embedded engine's end; believe that one
        where they meet.
        """
        begun, passed = self._renode_count, seen.seconds - self._seconds
        left = left_of(limit, seen.instructions + self._drift - begun, passed)
        self._seconds = seen.seconds
        last = max(begun, seen.instructions - 1 + self._drift)
        there = before.registers_at(seen.instructions - 1, seen)
        warnings: tuple[str, ...] = ()
        end = min(last + _BLOCK, self._end_of(limit, begun, last, passed))
        for stop, count in self._approach(until, there["pc"], last, end):
            if count:
                reason = self.engine.run(stop, Instructions(count))
                warnings += reason.warnings
                is_same = is_same_crash(seen, reason, reason.instructions - 1 - last)
                if is_same or self._passes(before, seen, reason):
                    return self._take_over(seen, until, left)
                arrived = reason.kind is StopKind.PC and reason.pc not in until.pc
                if reason.kind is not StopKind.LIMIT and not arrived:
                    self._parted(seen, reason)
                    return replace(reason, warnings=warnings)
            if core_registers(self.engine) == there:
                return self._take_over(seen, until, left)
        self._parted(seen, None)
        further = (self._renode_count - last - 1) / self._per_second
        left = left_of(limit, self._renode_count - begun, passed + further)
        if left is None:
            return replace(reason, kind=StopKind.LIMIT, warnings=warnings)
        reason = self.engine.run(until, left)
        return replace(reason, warnings=warnings + reason.warnings)

    def _end_of(self, limit: Limit, begun: int, last: int, passed: float) -> int:
        """What Renode has issued where `limit` is reached, at most: it issued `begun` before, and
        after `last` and one more, `passed` seconds have passed.
        """
        if isinstance(limit, Instructions):
            return begun + limit.count
        return last + 1 + int((limit.seconds - passed) * self._per_second)

    def _approach(self, until: Stop, place: int, last: int, end: int) -> Iterator[tuple[Stop, int]]:
        """The runs, each a stop and a number of instructions, that bring Renode to `place`.

        It should be there after `last` instructions. It takes an exception that a store makes
        pending at the end of a block, so in a handler it may be there later, but before `end`.
        """
        near = NEAR if self._drift else 0
        yield until, max(0, last - near - self._renode_count)
        while self._renode_count < last:
            yield until, 1
        at_place = replace(until, pc=until.pc | {place})
        while self._renode_count < end:
            yield at_place, end - self._renode_count

    def _take_over(self, seen: StopReason, until: Stop, left: Limit | None) -> StopReason:
        """The embedded engine is the machine from here on; return how this run ends.

        left: how far it may go on, None where the limit is reached.
        """
        self._follow_alone()
        if self._is_call(seen, until):
            self._machines.note(_CALLED.format(address=seen.pc))
        if seen.kind is StopKind.LOCKUP or (seen.kind is StopKind.FAULT and until.fault):
            return self._told(seen)
        handler = self._machines.beside.registers["pc"] & ~1
        if seen.kind is StopKind.FAULT and handler in until.pc:  # the next run would go past it
            return self._told(replace(seen, kind=StopKind.PC, pc=handler, fault=None, detail=""))
        if left is None:
            return self._told(replace(seen, kind=StopKind.LIMIT, fault=None, detail=""))
        return self._alone(until, left)

    def _follow_alone(self) -> None:
        """The embedded engine is the machine from here on."""
        self._machines.alone = True
        self._uart.follow()

    def _alone(self, until: Stop, limit: Limit) -> StopReason:
        seen = self._machines.beside.run(until, limit)
        self._seconds = seen.seconds
        return self._told(seen)

    def _told(self, seen: StopReason) -> StopReason:
        return replace(seen, seen_by=EMBEDDED, instructions=seen.instructions + self._drift)

    def _follow(self, seen: StopReason, reason: StopReason) -> None:
        """Both have ended a run: put the embedded engine where Renode stands."""
        self._seconds = seen.seconds
        if seen.kind is not reason.kind:
            self._parted(seen, reason)
            return
        if seen.kind is StopKind.UART and reason.pc != seen.pc:
            beside = self._machines.beside
            stop = Stop(pc=frozenset({reason.pc}) | self._calls)
            ended = beside.run(stop, Instructions(_BLOCK))
            self._seconds = ended.seconds
            if ended.kind.is_crash:
                self._owed = ended
                return
        if seen.kind is not StopKind.LIMIT:
            self._drift = reason.instructions - self._machines.beside.instructions

    def _parted(self, seen: StopReason, reason: StopReason | None) -> None:
        went = "goes on there" if reason is None else f"ended in {reason.kind.value}"
        self._machines.drop(
            f"it came to {seen.kind.value} at 0x{seen.pc:08x} in {seen.instructions:,} "
            f"instructions, and Renode {went}"
        )

    @property
    def _renode_count(self) -> int:
        return self.engine.instructions

    def _fresh(self) -> None:
        """Forget what the machines that were have done."""
        self._machines.start()
        self._drift = 0
        self._seconds = 0.0
        self._owed = None
        self._tracer = self.engine
