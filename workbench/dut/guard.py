"""An engine that ends a run as soon as the console shows a fail pattern, and keeps a journal.

A `Guard` stands in front of another engine. Whoever drives the machine notices nothing until one
of the fail patterns appears on the console: then CheckFailedError is raised at once, instead of
waiting for a time-out. The journal holds what the host did to the machine since reset; engines
are deterministic, so doing it again leads to the same instruction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.engines.base import (
    Engine,
    FaultState,
    Limit,
    Memory,
    Registers,
    Snapshot,
    Stop,
    StopKind,
    StopReason,
    Uart,
)
from workbench.engines.wrapper import EngineWrapper
from workbench.errors import CheckFailedError
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.explanation import Explanation, explain
from workbench.machine import LoadedMachine, capture
from workbench.runs.running import compile_pattern

if TYPE_CHECKING:
    from workbench.image import Image
    from workbench.platform import Platform

_OVERLAP = 4096  # bytes before the end of what was searched, where a match may begin


@dataclass(frozen=True)
class Event:
    """Something the host did when the machine had issued so many instructions."""

    instructions: int
    apply: Callable[[Engine], object]
    is_run: bool = False


class Journal:
    """What the host did to a machine since it was loaded or reset."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def note(self, engine: Engine, apply: Callable[[Engine], object], run: bool = False) -> None:
        self.events.append(Event(engine.instructions, apply, run))


class _Uart(Uart):
    """The console; what is written and read goes into the journal."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def write(self, data: bytes) -> None:
        data = bytes(data)
        self._guard.note(lambda engine: engine.uart.write(data))
        self._guard.engine.uart.write(data)

    def read(self) -> bytes:
        # Patterns are looked for in what was not read yet: a run ends where it did only if this
        # is done again too.
        self._guard.note(lambda engine: engine.uart.read())
        return self._guard.engine.uart.read()

    @property
    def transcript(self) -> bytes:
        return self._guard.engine.uart.transcript

    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        self._guard.engine.uart.listen(listener)


class _Registers(Registers):
    """Core registers; what is written goes into the journal."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __getitem__(self, name: str) -> int:
        return self._guard.engine.registers[name]

    def __setitem__(self, name: str, value: int) -> None:
        self._guard.note(lambda engine: engine.registers.__setitem__(name, value))
        self._guard.engine.registers[name] = value


class _Memory(Memory):
    """The bus; what is written goes into the journal."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def read(self, address: int, size: int) -> bytes:
        return self._guard.engine.memory.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        data = bytes(data)
        self._guard.note(lambda engine: engine.memory.write(address, data))
        self._guard.engine.memory.write(address, data)


class Guard(EngineWrapper):
    """An engine in front of `engine`; it owns it, and closes it.

    `stopped` is why the last run ended, None before the first; `end` says it with all that
    makes it a failed check, None at a pattern on the console. `fault` is the fault that was taken
    last since reset, `diagnosis` says why; `journal` is to be read only. `machine` is what the
    guard stands in front of, None before `load`: what is done to it is not in the journal.
    """

    def __init__(self, engine: Engine, fail_patterns: Sequence[str] = ()) -> None:
        """`fail_patterns`: regular expressions over the console's bytes; UserError for others."""
        self._behind = EngineWrapper(engine)
        super().__init__(self._behind)
        self.journal = Journal()
        self.end: Explanation | None = None
        self.fault: FaultState | None = None
        self.diagnosis: Diagnosis | None = None
        self.machine: LoadedMachine | None = None
        self._uart = _Uart(self)
        self._registers = _Registers(self)
        self._memory = _Memory(self)
        self._patterns = [compile_pattern(text) or b"" for text in fail_patterns]
        self._forbidden = re.compile(_either(self._patterns), re.DOTALL) if self._patterns else None
        self._searched = 0  # bytes of the transcript

    @property
    def uart(self) -> Uart:
        return self._uart

    @property
    def registers(self) -> Registers:
        return self._registers

    @property
    def memory(self) -> Memory:
        return self._memory

    def note(self, apply: Callable[[Engine], object], run: bool = False) -> None:
        """Write something that is about to be done into the journal."""
        self.journal.note(self.engine, apply, run)

    def load(self, image: Image, platform: Platform) -> None:
        self.machine = None
        super().load(image, platform)
        self.machine = LoadedMachine(self._behind, image, platform)
        self._forget()

    def reset(self) -> None:
        super().reset()
        self._forget()

    def run(self, until: Stop, limit: Limit) -> StopReason:
        if self._patterns:
            wanted = self._patterns if until.uart is None else [until.uart, *self._patterns]
            until = replace(until, uart=_either(wanted))
        self.note(lambda engine: engine.run(until, limit), run=True)
        reason = super().run(until, limit)
        self.fault = reason.fault or self.fault
        self.end = None
        if self.machine is not None and reason.kind is not StopKind.UART:
            self.end = explain(capture(self.machine, reason))
            self.diagnosis = self.end.diagnosis or self.diagnosis
        self._check()
        return reason

    def drive(self, port: str, pin: int, level: bool) -> None:
        self.note(lambda engine: engine.drive(port, pin, level))
        self.engine.drive(port, pin, level)

    @property
    def why_it_ended(self) -> str:
        """Why the last run ended, for a reader."""
        return self.end.sentence if self.end is not None else "nothing ran"

    @property
    def failure(self) -> str:
        """Why the end of the last run is a failed check, "" where it is not."""
        return self.end.failure if self.end is not None else ""

    def snapshot(self) -> Snapshot:
        events = list(self.journal.events)
        seen = (self.stopped, self.end, self.fault, self.diagnosis, self._searched)
        return Snapshot(self.name, (self.engine.snapshot(), events, seen))

    def restore(self, snapshot: Snapshot) -> None:
        inner, events, seen = snapshot.state
        self.stopped, self.end, self.fault, self.diagnosis, self._searched = seen
        self.engine.restore(inner)
        self.journal.events = list(events)

    def _forget(self) -> None:
        self.journal = Journal()
        self.end = self.fault = self.diagnosis = None
        self._searched = len(self.engine.uart.transcript)

    def _check(self) -> None:
        """Raise CheckFailedError where a fail pattern has come up since the last look."""
        if self._forbidden is None:
            return
        transcript = self.engine.uart.transcript
        start = max(0, self._searched - _OVERLAP)
        found = self._forbidden.finditer(transcript, start)
        match = next((one for one in found if one.end() > self._searched), None)
        self._searched = len(transcript)
        if match is None:
            return
        self.engine.uart.read()  # or the next run would end at the same text again
        line = _line_around(transcript, match.start(), match.end())
        raise CheckFailedError(
            f"the console shows what must not come: {line}",
            f"the fail patterns are: {b', '.join(self._patterns).decode(errors='replace')}",
        )


def _either(patterns: Sequence[bytes]) -> bytes:
    return b"|".join(b"(?:%s)" % pattern for pattern in patterns)


def _line_around(text: bytes, start: int, end: int) -> str:
    begin = text.rfind(b"\n", 0, start) + 1
    newline = text.find(b"\n", end)
    line = text[begin : len(text) if newline < 0 else newline]
    return line.decode(errors="backslashreplace").strip()
