"""Boot an image and let it run: what it printed, why it stopped and how many instructions."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.engines.base import (
    FaultState,
    Limit,
    Stop,
    StopKind,
)
from workbench.errors import CheckFailedError, UserError
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.explanation import Explanation, explain
from workbench.fault.frames import Call
from workbench.fault.standing import calls_at
from workbench.image import Image
from workbench.machine import Ending, LoadedMachine, Verdict, capture
from workbench.runs.limits import Allowance
from workbench.runs.stimuli import StimulatedRun, TimedDrive


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    `function` is where the core stood. `pattern` is what was waited for on the console, None
    where nothing was, and `expected` whether the run ended as asked: with that pattern, or,
    without one, in what is not a failed check (see `workbench.runs.verdict`). `uart` holds
    what the console said; bytes that are no UTF-8 appear as \\xNN. `fault` is the first one, also
    where the run went on through it; `diagnosis` says why and where.
    `model_error` is why the firmware's model did not start, "" where it did or there is none.
    `waits_for` is what the core only waited for at the end, "" where it did more or crashed.
    `calls` led to where the core stood, where the run ended unasked and not in a fault.
    """

    image: str
    platform: str
    engine: str
    stop: StopKind
    detail: str
    pc: int
    function: str
    instructions: int
    seconds: float
    pattern: str | None
    expected: bool
    fault: FaultState | None
    warnings: tuple[str, ...]
    uart: str
    calls: tuple[Call, ...] = ()
    diagnosis: Diagnosis | None = None
    model_error: str = ""
    waits_for: str = ""

    @property
    def exit_code(self) -> int:
        """0 where the run ended as asked, else that of a failed check."""
        return 0 if self.expected else CheckFailedError.exit_code


def run_image(
    machine: LoadedMachine,
    limit: Limit,
    pattern: bytes | None = None,
    send: bytes = b"",
    listener: Callable[[bytes], None] | None = None,
    through_faults: bool = False,
    stimuli: Sequence[TimedDrive] = (),
) -> RunResult:
    """Queue `send` for the console of `machine`, at reset, and run until `pattern` or `limit`.

    `pattern` is a regular expression over the console's bytes; `listener` is called with
    them as they come. The run also ends when the core sleeps and nothing can wake it, and at a
    fault, at the first instruction of its handler; with `through_faults` the firmware's own
    handlers run instead. `stimuli` happen on the way.
    """
    machine.engine.uart.listen(listener)
    machine.send(send)
    stimulated, allowance = StimulatedRun(machine, stimuli), Allowance(limit, machine.engine)
    reason = stimulated.run(Stop(uart=pattern), limit)
    first = last = explain(capture(machine, reason))
    rest = allowance.left
    if through_faults and reason.kind is StopKind.FAULT and rest:
        reason = stimulated.run(Stop(uart=pattern, fault=False), rest)
        last = explain(capture(machine, reason))
    ending = last.ending
    return RunResult(
        image=str(machine.image.path),
        platform=machine.platform.name,
        engine=ending.engine,
        stop=reason.kind,
        detail=ending.detail,
        waits_for=last.waits_for,
        pc=reason.pc,
        function=function_at(machine.image, reason.pc),
        instructions=reason.instructions,
        seconds=reason.seconds,
        pattern=None if pattern is None else pattern.decode(errors="backslashreplace"),
        expected=_as_asked(first, last, pattern),
        fault=_fault(first) or _fault(last),
        warnings=ending.warnings,
        uart=ending.console.decode(errors="backslashreplace"),
        calls=_calls(ending),
        diagnosis=first.diagnosis or last.diagnosis,
        model_error=ending.model_error,
    )


def _fault(found: Explanation) -> FaultState | None:
    return found.ending.stop.fault if found.ending.stop is not None else None


def _calls(ending: Ending) -> tuple[Call, ...]:
    """None where the run ended well, at a pattern or with exit code 0, or has a diagnosis."""
    if ending.exit_code == 0 or ending.kind not in (StopKind.LIMIT, StopKind.IDLE):
        return ()
    return calls_at(ending)


def compile_pattern(text: str | None) -> bytes | None:
    """Return `text` as a pattern over bytes; raise UserError if it is not a regular expression."""
    if text is None:
        return None
    pattern = os.fsencode(text)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UserError(
            f"'{text}' is not a regular expression: {error}",
            "put a backslash before characters that are meant literally, such as ( [ * +",
        ) from error
    return pattern


def stop_pattern(text: str | None) -> bytes | None:
    """Return the pattern that ends a run; raise UserError also where it needs no text at all."""
    pattern = compile_pattern(text)
    if pattern is not None and re.search(pattern, b""):
        raise UserError(
            f"'{text}' matches before anything is printed",
            "give a pattern that needs at least one character",
        )
    return pattern


def function_at(image: Image, address: int) -> str:
    """Return the name of the function that holds `address`, demangled; "" where none does."""
    symbol = image.function_at(address)
    return symbol.demangled if symbol else ""


def _as_asked(first: Explanation, last: Explanation, pattern: bytes | None) -> bool:
    """A pattern that came is all that was asked for, whatever came before it."""
    if pattern is not None:
        return last.ending.kind is StopKind.UART
    return first.diagnosis is None and last.verdict is Verdict.GOOD
