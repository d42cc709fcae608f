"""Moments of a run that two engines have made: where they stood, and whether that is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.armv7m.architecture import CORE_REGISTERS
from workbench.engines.base import (
    Engine,
    Instructions,
    Limit,
    Seconds,
    Stop,
    StopReason,
    left_of,
)

NEAR = 3
"""Where two engines have slept differently, one is looked for so many instructions around the place
where it is expected. Where it crashes itself as near as that, both have seen the same crash: it may
tell of a store that silicon refuses late, an IMPRECISERR, or of a branch, not of its target.
"""
_SLICE_SECONDS, _SLICE_INSTRUCTIONS = 1.0, 100_000_000
_RESET_LR = 0xFFFF_FFFF
_LOCKUP_PC = 0xEFFF_FFFE  # of a core in lockup: ARM DDI 0553B, RMBTM


class Before:
    """An engine before a run, so that any moment of the run can be looked at."""

    def __init__(self, engine: Engine, limit: Limit) -> None:
        self._engine = engine
        self._instructions = engine.instructions
        self._registers = core_registers(engine)
        single = isinstance(limit, Instructions) and limit.count == 1
        self._state = None if single else engine.snapshot()

    def registers_at(self, instructions: int, seen: StopReason) -> Mapping[str, int]:
        """Return the registers at this count of instructions; the machine stands after the run,
        which ended in `seen`.
        """
        count = max(self._instructions, instructions)
        return self._moments(count, count, seen)[-1]

    def passes(self, stuck: Mapping[str, int], instructions: int, seen: StopReason) -> int | None:
        """Return the address of the instruction that the run, which ended in `seen`, executed with
        the registers `stuck`; None where it did not.

        It is looked for at this count of instructions, and at the few before.
        """
        executed = seen.instructions - seen.kind.is_crash
        last = min(instructions, executed - 1)
        for registers in self._moments(max(self._instructions, last - NEAR), last, seen):
            if stuck.items() <= registers.items():
                return registers["pc"]
        return None

    def _moments(self, first: int, last: int, seen: StopReason) -> list[Mapping[str, int]]:
        """The registers at these counts of instructions, and at each between them."""
        moments: list[Mapping[str, int]] = []
        if last < self._instructions:
            return moments
        if first <= self._instructions or self._state is None:
            moments.append(self._registers)
            first = self._instructions + 1
        if first > last or self._state is None:
            return moments
        after = self._engine.snapshot()
        self._engine.restore(self._state)
        for count in range(first, last + 1):
            moments.append(self._registers_after(count, seen))
        self._engine.restore(after)
        return moments

    def _registers_after(self, instructions: int, seen: StopReason) -> Mapping[str, int]:
        engine = self._engine
        if engine.instructions < instructions:
            left = Instructions(instructions - engine.instructions)
            engine.run(Stop(fault=False, idle=False), left)
        passed = engine.instructions > instructions  # it faults before it looks at a limit
        registers = core_registers(engine)
        if passed and seen.fault is not None:
            return {name: seen.fault.registers[name] for name in registers}
        return registers


def stuck_registers(engine: Engine, crash: StopReason) -> dict[str, int]:
    """Return the registers before the instruction that `engine` crashed at, as far as they are
    known.
    """
    if crash.fault is not None:
        return {name: crash.fault.registers[name] for name in CORE_REGISTERS if name != "xpsr"}
    registers = core_registers(engine)
    if registers["pc"] == _LOCKUP_PC:
        del registers["pc"]
    return registers


def core_registers(engine: Engine) -> dict[str, int]:
    """Return the core's registers but for xPSR, which has fields in which engines may differ.

    LR is 0xFFFFFFFF after a reset (ARM DDI 0403E, B1.5.5), and 0 in Renode: that is made the same.
    """
    found = {name: engine.registers[name] for name in CORE_REGISTERS if name != "xpsr"}
    return {**found, "lr": found["lr"] or _RESET_LR}


def is_same_crash(seen: StopReason, reason: StopReason, later: int) -> bool:
    """Return whether Renode is at the crash that the embedded engine saw, `later` instructions on.

    It tells of a store that silicon refuses late at the store.
    """
    if not reason.kind.is_crash:
        return False
    if abs(later) <= NEAR or seen.fault is None or reason.fault is None:
        return abs(later) <= NEAR
    there, here = seen.fault.registers, reason.fault.registers
    # Hooks of Renode see the address of a 32-bit instruction two bytes late.
    return here["pc"] - there["pc"] in (0, 2) and here["sp"] == there["sp"]


def slices(limit: Limit) -> Iterator[Limit]:
    """Return `limit` in parts, each twice as long as the one before."""
    left: Limit | None = limit
    scale = 1
    while left is not None:
        if isinstance(left, Seconds):
            part = Seconds(min(left.seconds, _SLICE_SECONDS * scale))
            yield part
            left = left_of(left, 0, part.seconds)
        else:
            count = min(left.count, _SLICE_INSTRUCTIONS * scale)
            yield Instructions(count)
            left = left_of(left, count, 0.0)
        scale *= 2
