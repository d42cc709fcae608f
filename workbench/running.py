"""Boot an image and let it run: what it printed, why it stopped and how many instructions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from workbench.engines.base import Engine, FaultState, Limit, Stop, StopKind, StopReason
from workbench.errors import UserError
from workbench.image import Image
from workbench.platform import Platform

_EXCEPTIONS = {3: "HardFault", 4: "MemManage fault", 5: "BusFault", 6: "UsageFault"}


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    `function` is where the core stood. `pattern` is what was waited for on the console, None
    where nothing was, and `expected` whether the run ended as asked: with that pattern, or,
    without one, in anything but a fault or a lockup. `uart` holds what the console said; bytes
    that are no UTF-8 appear as \\xNN.
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


def run_image(
    engine: Engine,
    image: Image,
    platform: Platform,
    limit: Limit,
    pattern: bytes | None = None,
    send: bytes = b"",
    listener: Callable[[bytes], None] | None = None,
) -> RunResult:
    """Load `image`, queue `send` for its console, and run until `pattern` or `limit`.

    `pattern` is a regular expression over the console's bytes; `listener` is told them live. The
    run also ends at a fault, and when the core sleeps and nothing can wake it.
    """
    engine.load(image, platform)
    engine.uart.listen(listener)
    if send:
        engine.uart.write(send)
    reason = engine.run(Stop(uart=pattern), limit)
    return RunResult(
        image=str(image.path),
        platform=platform.name,
        engine=engine.name,
        stop=reason.kind,
        detail=reason.detail,
        pc=reason.pc,
        function=function_at(image, reason.pc),
        instructions=reason.instructions,
        seconds=reason.seconds,
        pattern=None if pattern is None else pattern.decode(errors="backslashreplace"),
        expected=_as_asked(reason, pattern),
        fault=reason.fault,
        warnings=reason.warnings,
        uart=engine.uart.transcript.decode(errors="backslashreplace"),
    )


def compile_pattern(text: str | None) -> bytes | None:
    """Return `text` as a pattern over bytes; raise UserError where it is no regular expression."""
    if text is None:
        return None
    pattern = text.encode()
    try:
        re.compile(pattern)
    except re.error as error:
        raise UserError(
            f"'{text}' is no regular expression: {error}",
            "put a backslash before characters that are meant literally, such as ( [ * +",
        ) from error
    return pattern


def describe(result: RunResult) -> list[str]:
    """Say in lines for a reader why the run ended, where, and how long it took."""
    reasons = {
        StopKind.UART: f"the console matched '{result.pattern}'",
        StopKind.PC: "the address was reached",
        StopKind.FAULT: "the firmware faulted",
        StopKind.LOCKUP: "the core locked up: a fault within a fault handler",
        StopKind.RESET: "the firmware asked for a reset",
        StopKind.IDLE: "the core sleeps and nothing can wake it",
        StopKind.LIMIT: "the limit was reached",
    }
    where = f"0x{result.pc:08x}" + (f" in {result.function}" if result.function else "")
    lines = [f"stopped: {reasons[result.stop]}, at {where}"]
    if result.pattern is not None and result.stop is not StopKind.UART:
        lines.append(f"the console did not match '{result.pattern}'")
    if result.fault:
        lines.append(_describe_fault(result.fault))
    if result.detail:
        lines.append(result.detail)
    lines.extend(f"warning: {warning}" for warning in result.warnings)
    lines.append(
        f"{result.instructions:,} instructions, {result.seconds:.6f} s of virtual time, "
        f"{result.engine} engine"
    )
    return lines


def _describe_fault(fault: FaultState) -> str:
    name = _EXCEPTIONS.get(fault.exception, f"exception {fault.exception}")
    status = (
        ("CFSR", fault.cfsr),
        ("HFSR", fault.hfsr),
        ("MMFAR", fault.mmfar),
        ("BFAR", fault.bfar),
    )
    known = "".join(f" {register}=0x{value:08x}" for register, value in status if value is not None)
    return f"{name} at 0x{fault.pc:08x}{known} {fault.detail}".rstrip()


def function_at(image: Image, address: int) -> str:
    """Return the name of the function that holds `address`, demangled; "" where none does."""
    symbol = image.function_at(address)
    return symbol.demangled if symbol else ""


def _as_asked(reason: StopReason, pattern: bytes | None) -> bool:
    if pattern is not None:
        return reason.kind is StopKind.UART
    return reason.kind not in (StopKind.FAULT, StopKind.LOCKUP)
