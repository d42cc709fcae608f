"""What is kept of a machine on which a check failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.armv7m.architecture import CORE_REGISTERS
from workbench.dut.guard import Guard
from workbench.dut.history import Executed, last_instructions
from workbench.engines.base import StopReason
from workbench.errors import WorkbenchError
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.frames import Call
from workbench.fault.standing import calls_at
from workbench.fault.text import chain
from workbench.fault.text import lines as diagnosis_lines
from workbench.link.transcript import readable
from workbench.machine import LoadedMachine, capture
from workbench.runs.running import function_at
from workbench.runs.snapshots import write_snapshot
from workbench.text import printable

LAST_INSTRUCTIONS = 24


@dataclass(frozen=True)
class Evidence:
    """The state of a machine, for a reader.

    `stopped` is why the last run ended and `diagnosis` why the firmware crashed, None where it did
    not since reset. `calls` led to where the core stands, where it has not crashed. `executed`
    holds the instructions issued last, oldest first, and `note` says why where there are none.
    `snapshot` is a file for `workbench gdb --snapshot`.
    """

    engine: str
    transcript: str
    instructions: int
    stopped: StopReason | None
    where: str
    registers: Mapping[str, int]
    diagnosis: Diagnosis | None
    calls: tuple[Call, ...]
    executed: tuple[Executed, ...]
    note: str
    snapshot: Path | None

    def lines(self) -> list[str]:
        """Say it all in lines for a log."""
        said = ["UART transcript:", *(f"  {line}" for line in self.transcript.splitlines())]
        if self.stopped is not None:
            detail = f", {self.stopped.detail}" if self.stopped.detail else ""
            said.append(f"Stopped: {self.stopped.kind.value} at {self.where}{detail}")
            said.extend(f"Warning: {warning}" for warning in self.stopped.warnings)
        if self.diagnosis is not None:
            first, *more = diagnosis_lines(self.diagnosis)
            said += [f"Fault: {first}", *more]
        said += [f"  {line}" for line in chain(self.calls)]
        said.append(f"Registers after {self.instructions:,} instructions on {self.engine}:")
        said.append(f"  {_in_row(self.registers)}")
        said.append(f"Last instructions:{' ' + self.note if self.note else ''}")
        said.extend(f"  {one}" for one in self.executed)
        if self.snapshot is not None:
            said.append(f"Snapshot: {self.snapshot}")
        return [printable(line) for line in said]


def gather(guard: Guard, machine: LoadedMachine, snapshot: Path | None = None) -> Evidence:
    """Look at the machine behind `guard`; write its state to the file `snapshot`."""
    stopped = guard.stopped
    pc = guard.registers["pc"] & ~1
    executed, note = last_instructions(guard, machine, LAST_INSTRUCTIONS)
    return Evidence(
        engine=guard.name,
        transcript=readable(guard.uart.transcript),
        instructions=guard.instructions,
        stopped=stopped,
        where=f"0x{pc:08x} {function_at(machine.image, pc)}".rstrip(),
        registers={name: guard.registers[name] for name in CORE_REGISTERS},
        diagnosis=guard.diagnosis,
        calls=calls_at(capture(machine, stopped)) if guard.diagnosis is None else (),
        executed=executed,
        note=note,
        snapshot=_written(guard, snapshot) if snapshot is not None else None,
    )


def _written(guard: Guard, path: Path) -> Path | None:
    try:
        write_snapshot(path, guard.engine.snapshot())
    except (WorkbenchError, OSError):
        return None  # the evidence must not fail where the engine cannot save any more
    return path


def _in_row(registers: Mapping[str, int]) -> str:
    return " ".join(f"{name}={value:08x}" for name, value in registers.items())
