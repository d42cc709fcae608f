"""How firmware ended a run, and whether that is a failed check: decided here, for every face.

A crash, an exit code other than 0 and a model that does not start are failed checks wherever they
are seen: `run`, `measure`, `profile`, `parity`, `bench`, `classify`, Robot Framework and pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from workbench.engines.base import StopKind, StopReason
from workbench.errors import CheckFailedError, LinkError
from workbench.fault.diagnosis import Diagnosis, diagnose
from workbench.fault.text import lines
from workbench.fault.waiting import waits_for
from workbench.link.boot_log import model_failure
from workbench.machine import LoadedMachine

ENDINGS = {
    StopKind.UART: "the console matched",
    StopKind.PC: "the address was reached",
    StopKind.FAULT: "the firmware faulted",
    StopKind.LOCKUP: "the core locked up: a fault within a fault handler",
    StopKind.RESET: "the firmware asked for a reset",
    StopKind.WATCH: "a watched address was accessed",
    StopKind.IDLE: "the core sleeps and nothing but input can wake it",
    StopKind.LIMIT: "the limit was reached",
}
"""Why a run ended, in words."""


class Verdict(Enum):
    """What a run says of the firmware, whatever else was checked."""

    GOOD = "good"  # it ended itself with 0, sleeps, or was still running
    CRASHED = "crashed"
    EXIT_CODE = "exit code"  # it ended itself, by semihosting, with another code than 0
    MODEL_FAILED = "model failed"


@dataclass(frozen=True)
class Ending:
    """How a run ended: why and where it stopped, and all that makes it a failed check.

    kind: None where the firmware has answered all that it was asked. detail: what the engine says
    of it. waits_for: what the core only waits for, at the limit or asleep. diagnosis: why it
    crashed, if it did. exit_code: what it ended itself with. model_error: why its model did not
    start, as it printed it, "" where it did or there is none.
    """

    kind: StopKind | None = None
    pc: int = 0
    detail: str = ""
    diagnosis: Diagnosis | None = None
    exit_code: int | None = None
    model_error: str = ""
    waits_for: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worst of what is known."""
        if self.diagnosis is not None or self.kind in (StopKind.FAULT, StopKind.LOCKUP):
            return Verdict.CRASHED
        if self.model_error:
            return Verdict.MODEL_FAILED
        return Verdict.EXIT_CODE if self.exit_code else Verdict.GOOD

    @property
    def told(self) -> str:
        """Why the run ended, and where, in a line for a reader."""
        if self.kind is None:
            return "all that was asked was answered"
        more = self.detail or self.waits_for
        detail = f" ({more})" if more else ""
        return f"{ENDINGS[self.kind]}, at 0x{self.pc:08x}{detail}"

    @property
    def failure(self) -> str:
        """What went wrong, in lines for a reader; "" where nothing did."""
        if self.verdict is Verdict.CRASHED:
            told = lines(self.diagnosis) if self.diagnosis is not None else [self.detail]
            return "\n".join(("the firmware crashed:", *told))
        if self.verdict is Verdict.MODEL_FAILED:
            return f"the model does not start: {self.model_error}"
        if self.verdict is Verdict.EXIT_CODE:
            return f"the firmware ended itself with exit code {self.exit_code}"
        return ""


def ending_of(machine: LoadedMachine, reason: StopReason | None) -> Ending:
    """Return how a run of `machine` ended; it must stand where it did.

    reason: None where all that was asked was answered.
    """
    error = model_failure(machine.engine.uart.transcript)
    model_error = str(error) if error is not None else ""
    if reason is None:
        return Ending(model_error=model_error)
    is_open = reason.kind in (StopKind.LIMIT, StopKind.IDLE) and not reason.detail
    return Ending(
        kind=reason.kind,
        pc=reason.pc,
        detail=reason.detail,
        diagnosis=diagnose(machine, reason),
        exit_code=reason.exit_code,
        model_error=model_error,
        waits_for=waits_for(machine) if is_open else "",
    )


def require_good_end(ending: Ending) -> None:
    """Raise CheckFailedError where a run, after all that it showed, did not end well."""
    if ending.failure:
        raise CheckFailedError(f"then {ending.failure}")


@contextmanager
def crash_told(machine: LoadedMachine) -> Iterator[None]:
    """Within, a failed check or a missing answer says of a crash what led to it, and what the
    engine has warned of.
    """
    try:
        yield
    except (CheckFailedError, LinkError) as error:
        stopped = machine.stopped
        crash = diagnose(machine, stopped) if stopped is not None else None
        warnings = (f"warning: {text}" for text in machine.warnings)
        error.message = "\n".join((error.message, *(lines(crash) if crash else ()), *warnings))
        if crash is None:
            raise
        raise CheckFailedError(error.message, error.hint) from error
