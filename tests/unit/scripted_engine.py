"""A double of an engine that "executes" a list of program counters, one an instruction."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.bare_engine import BareEngine
from workbench.engines.base import (
    Instructions,
    Limit,
    Registers,
    Snapshot,
    Stop,
    StopKind,
    StopReason,
)

SECONDS_PER_INSTRUCTION = 1e-6


@dataclass(frozen=True)
class Step:
    """The core's state before an instruction issues."""

    pc: int
    sp: int = 0x2000_1000
    lr: int = 0


class ScriptedEngine(BareEngine, Registers):
    """Steps through `script`; idles behind its end. Knows stops at addresses and limits."""

    name = "scripted"

    def __init__(self, script: list[Step]) -> None:
        self._script = script
        self._issued = 0
        self._slept = 0.0  # seconds of virtual time

    @property
    def registers(self) -> Registers:
        return self

    def __getitem__(self, name: str) -> int:
        value: int = getattr(self._script[self._issued], name)
        return value

    def __setitem__(self, name: str, value: int) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        self._issued, self._slept = 0, 0.0

    def run(self, until: Stop, limit: Limit) -> StopReason:
        begun = self._issued
        if isinstance(limit, Instructions):
            allowed = limit.count
        else:
            allowed = round(limit.seconds / SECONDS_PER_INSTRUCTION)
        while self._issued < len(self._script):
            if self._issued > begun and self["pc"] in until.pc:
                return self._reason(StopKind.PC)
            if self._issued - begun >= allowed:
                return self._reason(StopKind.LIMIT)
            self._issued += 1
        if until.idle or isinstance(limit, Instructions):
            return self._reason(StopKind.IDLE)
        self._slept += limit.seconds - (self._issued - begun) * SECONDS_PER_INSTRUCTION
        return self._reason(StopKind.LIMIT)

    def _reason(self, kind: StopKind) -> StopReason:
        pc = self["pc"] if self._issued < len(self._script) else 0
        seconds = self._issued * SECONDS_PER_INSTRUCTION + self._slept
        return StopReason(kind, pc, self._issued, seconds)

    @property
    def instructions(self) -> int:
        return self._issued

    def snapshot(self) -> Snapshot:
        return Snapshot(self.name, (self._issued, self._slept))

    def restore(self, snapshot: Snapshot) -> None:
        self._issued, self._slept = snapshot.state
