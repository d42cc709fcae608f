"""The instructions that were issued last, found by doing all that was done once more.

Nothing is recorded while a test runs, so that it costs nothing; engines are deterministic, so
that a second machine given the same input executes the same instructions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.dut.guard import Event, Guard
from workbench.engines.base import Engine, Instructions, Stop, StopReason
from workbench.errors import WorkbenchError
from workbench.fault.instruction import LONGEST, disassemble
from workbench.image import Image
from workbench.machine import LoadedMachine, open_machine
from workbench.runs.running import function_at

MOST_REPLAYED = 500_000_000
"""Instructions that are executed again at most; a longer history is not worth the wait."""

_ON = Stop(fault=False)


@dataclass(frozen=True)
class Executed:
    """An instruction that was issued: where, in which function, and what."""

    address: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"0x{self.address:08x}  {self.text:32} {self.function}".rstrip()


def last_instructions(
    guard: Guard, machine: LoadedMachine, count: int
) -> tuple[tuple[Executed, ...], str]:
    """Return the last `count` instructions of the machine behind `guard`, and why there are none.

    Runs a second machine from reset; the first one is left as it is.
    """
    total = guard.instructions
    if not total:
        return (), "nothing was executed"
    if total > MOST_REPLAYED:
        return (), f"{total:,} instructions are too many to execute once more"
    try:
        with open_machine(guard.name, machine.image, machine.platform) as second:
            engine = second.engine
            addresses = _replay(engine, guard.journal.events, total, max(0, total - count))
            same = engine.instructions == total
            same &= engine.registers["pc"] & ~1 == guard.registers["pc"] & ~1
            if not same:
                return (), "a second run did not lead to the same place"
            return tuple(_described(engine, machine.image, address) for address in addresses), ""
    except WorkbenchError as error:
        return (), f"a second run failed: {error.message}"


def _replay(engine: Engine, events: Sequence[Event], total: int, start: int) -> list[int]:
    """Apply `events`; return the address of each instruction from the count `start` on."""
    addresses: list[int] = []
    end = Event(total, lambda engine: None)
    for event, following in pairwise([*events, end]):
        if not event.is_run or following.instructions <= start:
            event.apply(engine)
            continue
        if engine.instructions < start:
            engine.run(_ON, Instructions(start - engine.instructions))
        while engine.instructions < following.instructions:
            pc = engine.registers["pc"] & ~1
            before = engine.instructions
            _step(engine)
            if engine.instructions == before:
                break
            addresses.append(pc)
    return addresses


def _step(engine: Engine) -> StopReason:
    return engine.run(_ON, Instructions(1))


def _described(engine: Engine, image: Image, address: int) -> Executed:
    try:
        code = engine.memory.read(address, LONGEST)
    except WorkbenchError:
        return Executed(address, "", "(no memory)")
    return Executed(address, function_at(image, address), disassemble(code, address))
