"""Instructions between two points, or of the calls of one function, while anything drives it.

A `Probe` is an engine that stands in front of another one: whoever drives the machine (a plain
run, the link's client, a test) uses the probe as its engine and notices nothing, and every time
the watched addresses are passed the exact count is noted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from workbench.armv7m.architecture import EXC_RETURNS
from workbench.engines.base import (
    Engine,
    Limit,
    Snapshot,
    Stop,
    StopKind,
    StopReason,
)
from workbench.engines.wrapper import EngineWrapper
from workbench.runs.limits import Allowance

if TYPE_CHECKING:
    from workbench.image import Image
    from workbench.platform import Platform
    from workbench.trace import Trace


@dataclass(frozen=True)
class Measurement:
    """Instructions issued in each completed call (or passage from one point to the other).

    `calls` holds them in the order of completion, interrupts taken in between included; minimum,
    median and maximum are None where there was none. `unfinished` is the number of calls that
    were begun and not seen to end.
    """

    what: str
    calls: tuple[int, ...]
    minimum: int | None
    median: float | None
    maximum: int | None
    unfinished: int = 0

    @classmethod
    def of(cls, what: str, calls: Sequence[int], unfinished: int = 0) -> Measurement:
        """Return the measurement that holds `calls`."""
        if not calls:
            return cls(what, (), None, None, None, unfinished)
        return cls(what, tuple(calls), min(calls), median(calls), max(calls), unfinished)


class CallCounter(ABC):
    """Counts instructions between stops: says at which addresses the engine must stop next.

    `passed` is called at each of these stops.
    """

    what: str

    def __init__(self, wanted: int | None = None) -> None:
        """`wanted`: be done after so many calls; None means never."""
        self.calls: list[int] = []
        self.trace: Trace | None = None
        self._wanted = wanted
        self._trace_asked = False
        self._trace_begun: Callable[[], None] = lambda: None
        self._tracing_since: int | None = None  # count when the traced call began

    @property
    def done(self) -> bool:
        """Have as many calls been seen as were wanted?"""
        return self._wanted is not None and len(self.calls) >= self._wanted

    def trace_next(self, begun: Callable[[], None] = lambda: None) -> None:
        """Trace the next call, flash reads included; `trace` holds it once the call has ended.

        begun: called when the call has begun and is being traced.
        """
        self._trace_asked = True
        self._trace_begun = begun

    def _began(self, engine: Engine) -> int:
        """A call begins: return the count, and trace it if that was asked for."""
        if self._trace_asked and self._tracing_since is None:
            self._trace_asked = False
            self._tracing_since = engine.instructions
            engine.start_trace(flash_reads=True)
            self._trace_begun()
        return engine.instructions

    def _ended(self, engine: Engine, started: int) -> None:
        """The call that began at count `started` has ended."""
        self.calls.append(engine.instructions - started)
        if self._tracing_since == started:
            self._tracing_since = None
            self.trace = engine.stop_trace()

    @property
    @abstractmethod
    def addresses(self) -> frozenset[int]:
        """The addresses at which the probe must stop next."""

    @property
    @abstractmethod
    def unfinished(self) -> int:
        """The number of calls that have begun and not ended."""

    @abstractmethod
    def passed(self, pc: int, engine: Engine) -> None:
        """Called before the instruction at `pc`, one of `addresses`, is executed."""

    def result(self) -> Measurement:
        """Return what was seen so far."""
        return Measurement.of(self.what, self.calls, self.unfinished)

    def save(self) -> object:
        """Return what was seen so far, for `restore`."""
        return deepcopy(vars(self))

    def restore(self, state: object) -> None:
        """Go back to what `save` returned."""
        assert isinstance(state, dict)
        vars(self).update(deepcopy(state))


class BetweenPoints(CallCounter):
    """From the first time `begin` is reached to the next time `end` is, again and again."""

    def __init__(self, what: str, begin: int, end: int, wanted: int | None = None) -> None:
        super().__init__(wanted)
        self.what = what
        self._begin = begin
        self._end = end
        self._started: int | None = None

    @property
    def addresses(self) -> frozenset[int]:
        return frozenset({self._begin if self._started is None else self._end})

    @property
    def unfinished(self) -> int:
        return int(self._started is not None)

    def passed(self, pc: int, engine: Engine) -> None:
        if self._started is not None and pc == self._end:
            self._ended(engine, self._started)
            self._started = None
        if self._started is None and pc == self._begin:
            self._started = self._began(engine)


@dataclass(frozen=True)
class _Call:
    returns_to: frozenset[int]
    sp: int
    started: int


class FunctionCalls(CallCounter):
    """From a function's first instruction to its return, by return address and stack pointer.

    The stack pointer tells the activations apart, so calls may recurse, be interrupted by a
    handler that makes the same call, or lie on the stacks of several threads. A recursive call
    counts as one of its own besides being part of the outer one; a loop back to the function's
    first instruction is not a call: return address and stack pointer are still the same. An
    exception handler ends where it branches to EXC_RETURN, whichever: a context switch may go back
    to another kind of frame.
    """

    def __init__(self, what: str, entry: int, wanted: int | None = None) -> None:
        super().__init__(wanted)
        self.what = what
        self._entry = entry
        self._open: list[_Call] = []

    @property
    def addresses(self) -> frozenset[int]:
        return frozenset({self._entry}).union(*(call.returns_to for call in self._open))

    @property
    def unfinished(self) -> int:
        return len(self._open)

    def passed(self, pc: int, engine: Engine) -> None:
        sp = engine.registers["sp"]
        for call in reversed(self._open):
            if pc in call.returns_to and call.sp == sp:
                self._ended(engine, call.started)
                self._open.remove(call)
                break
        if pc == self._entry:
            target = engine.registers["lr"] & ~1
            returns_to = EXC_RETURNS if target in EXC_RETURNS else frozenset({target})
            if not any(call.sp == sp and call.returns_to == returns_to for call in self._open):
                self._open.append(_Call(returns_to, sp, self._began(engine)))


class Probe(EngineWrapper):
    """An engine that passes everything on and notes what a counter wants to know.

    It is put in front of a machine that has just been loaded or reset. The probe owns nothing:
    closing it leaves the engine open. What the counter has seen goes back with a snapshot. With
    `stop_when_done` a run ends, with StopKind.PC, once the counter has seen the calls it wanted.
    """

    def __init__(self, engine: Engine, counter: CallCounter, stop_when_done: bool = False) -> None:
        super().__init__(engine)
        self.counter = counter
        self._stop_when_done = stop_when_done
        self._noted: tuple[int, int] | None = None  # address and count of the last passage

    def load(self, image: Image, platform: Platform) -> None:
        super().load(image, platform)
        self._noted = None

    def reset(self) -> None:
        super().reset()
        self._noted = None

    def close(self) -> None:
        """The engine behind stays open: it belongs to whoever made it."""

    def run(self, until: Stop, limit: Limit) -> StopReason:
        allowance, remaining = Allowance(limit, self), limit
        self._note_where_it_stands()
        while True:
            watched = frozenset() if self.counter.done else self.counter.addresses
            reason = super().run(replace(until, pc=until.pc | watched), remaining)
            if reason.kind is not StopKind.PC or reason.pc not in watched:
                return reason
            self._note(reason.pc)
            if reason.pc in until.pc or (self._stop_when_done and self.counter.done):
                return reason
            left = allowance.left
            if left is None:
                return replace(reason, kind=StopKind.LIMIT)
            remaining = left

    def _note_where_it_stands(self) -> None:
        """A run passes the address that it starts on without a stop, as after a reset."""
        pc = self.engine.registers["pc"] & ~1
        here = (pc, self.engine.instructions)
        if here != self._noted and not self.counter.done and pc in self.counter.addresses:
            self._note(pc)

    def _note(self, pc: int) -> None:
        self.counter.passed(pc, self.engine)
        self._noted = (pc, self.engine.instructions)

    def snapshot(self) -> Snapshot:
        state = (self.engine.snapshot(), self.stopped, self._noted, self.counter.save())
        return Snapshot(self.name, state)

    def restore(self, snapshot: Snapshot) -> None:
        inner, self.stopped, self._noted, counter = snapshot.state
        self.engine.restore(inner)
        self.counter.restore(counter)
