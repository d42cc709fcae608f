"""The ending of a run with what a reader wants to know of it: the only caller of `diagnose`."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.engines.base import StopKind
from workbench.fault.diagnose import diagnose
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.text import lines
from workbench.fault.waiting import waits_for
from workbench.machine import Ending, Verdict

STOPS = {
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


@dataclass(frozen=True)
class Explanation:
    """Why a run ended, and all that makes it a failed check.

    diagnosis: why the firmware crashed, None where it did not. waits_for: what the core only
    waited for, at the limit or asleep, "" where it did more.
    """

    ending: Ending = field(repr=False)
    diagnosis: Diagnosis | None = None
    waits_for: str = ""

    @property
    def verdict(self) -> Verdict:
        """What the run says of the firmware."""
        return self.ending.verdict

    @property
    def sentence(self) -> str:
        """Why the run ended, and where, in a line for a reader."""
        ending = self.ending
        if ending.kind is None:
            return "all that was asked was answered"
        more = ending.detail or self.waits_for
        detail = f" ({more})" if more else ""
        return f"{STOPS[ending.kind]}, at 0x{ending.pc:08x}{detail}"

    @property
    def failure(self) -> str:
        """What went wrong, in lines for a reader; "" where nothing did."""
        if self.verdict is Verdict.CRASHED:
            said = lines(self.diagnosis) if self.diagnosis is not None else [self.ending.detail]
            return "\n".join(("the firmware crashed:", *said))
        if self.verdict is Verdict.MODEL_FAILED:
            return f"the model does not start: {self.ending.model_error}"
        if self.verdict is Verdict.EXIT_CODE:
            return f"the firmware ended itself with exit code {self.ending.exit_code}"
        return ""


def explain(ending: Ending) -> Explanation:
    """Return why a run ended so."""
    is_open = ending.kind in (StopKind.LIMIT, StopKind.IDLE) and not ending.detail
    return Explanation(ending, diagnose(ending), waits_for(ending) if is_open else "")
