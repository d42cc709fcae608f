"""A profile as values. Instructions are counted, cycles are modelled (`workbench.timing`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.fault.diagnosis import Diagnosis
from workbench.support.serialize import NOT_IN_JSON
from workbench.timing.cycles import Cycles


@dataclass(frozen=True)
class FunctionCost:
    """A function: its own instructions and cycles, and with all that it calls `total_cycles`.

    calls: how often it was entered at its first instruction.
    """

    name: str
    calls: int
    instructions: int
    cycles: int
    total_cycles: int


@dataclass(frozen=True)
class CallCost:
    """One function calling another: how often, and its share of the callee's total cycles.

    What a function takes for each of its callers is not in a trace; it is shared out by calls.
    """

    caller: str
    callee: str
    calls: int
    cycles: int


@dataclass(frozen=True)
class LineCost:
    """A source line. `inlined`: functions that the compiler put in place there, outermost first."""

    file: str
    line: int
    function: str
    inlined: tuple[str, ...]
    instructions: int
    cycles: int


@dataclass(frozen=True)
class OperatorCost:
    """One operator of the model, in order of execution; `shape` is that of its first output."""

    index: int
    name: str
    shape: tuple[int, ...]
    macs: int
    instructions: int
    cycles: Cycles

    @property
    def cycles_per_mac(self) -> float | None:
        """Cycles for each multiply-accumulate; None for operators that have none."""
        return self.cycles.best / self.macs if self.macs else None


@dataclass(frozen=True)
class Stack:
    """A path of calls, outermost first, and the cycles spent in its last frame itself."""

    frames: tuple[str, ...]
    cycles: int


@dataclass(frozen=True)
class Profile:
    """What `what` of `image` costs on `platform` at one clock, and where.

    diagnosis: why the firmware crashed, if that ended a whole run. exit_code: what it ended itself
    with, by semihosting, None where it did not. model_error: why its model did not start, "" where
    it did. failure: all that went wrong, in lines for a reader, "" where nothing did.
    """

    image: str
    platform: str
    engine: str
    what: str
    clock_hz: int
    instructions: int
    cycles: Cycles
    functions: tuple[FunctionCost, ...]
    calls: tuple[CallCost, ...]
    lines: tuple[LineCost, ...]
    operators: tuple[OperatorCost, ...]
    stacks: tuple[Stack, ...]
    diagnosis: Diagnosis | None = None
    exit_code: int | None = None
    model_error: str = ""
    warnings: tuple[str, ...] = ()
    failure: str = field(default="", metadata=NOT_IN_JSON)

    @property
    def function_names(self) -> frozenset[str]:
        """The names of all functions in it."""
        called = (name for call in self.calls for name in (call.caller, call.callee))
        return frozenset(called).union(one.name for one in self.functions)

    def seconds(self, cycles: int) -> float:
        """Return how long `cycles` take at the profile's clock."""
        return cycles / self.clock_hz
