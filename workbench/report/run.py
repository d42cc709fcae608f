"""Why a run ended, where, and how long it took, as text."""

from __future__ import annotations

from workbench.engines.base import StopKind
from workbench.fault.explanation import STOPS
from workbench.fault.text import chain
from workbench.fault.text import lines as diagnosis_lines
from workbench.runs.running import RunResult


def run_lines(result: RunResult) -> list[str]:
    """Say in lines for a reader why the run ended, where, and how long it took."""
    why = STOPS[result.stop]
    if result.stop is StopKind.UART:
        why += f" '{result.pattern}'"
    if result.stop is StopKind.IDLE and result.detail:
        why = result.detail  # it does not sleep: it has ended itself
    where = f"0x{result.pc:08x}" + (f" in {result.function}" if result.function else "")
    lines = [f"stopped: {why}, at {where}"]
    lines.extend(f"  {line}" for line in chain(result.calls))
    if result.waits_for:
        lines.append(result.waits_for)
    if result.pattern is not None and result.stop is not StopKind.UART:
        lines.append(f"the console did not match '{result.pattern}'")
    if result.diagnosis:
        lines.extend(diagnosis_lines(result.diagnosis))
    explained = result.fault.detail if result.fault else result.diagnosis and result.detail
    if result.detail and result.detail not in (why, explained):
        lines.append(result.detail)
    if result.model_error:
        lines.append(f"the model does not start: {result.model_error}")
    lines.extend(f"warning: {warning}" for warning in result.warnings)
    lines.append(
        f"{result.instructions:,} instructions, {result.seconds:.6f} s of virtual time, "
        f"{result.engine} engine"
    )
    if result.stop is StopKind.FAULT:
        raised = result.fault is None or result.fault.raised
        how = "with the firmware's own handler" if raised else "as Renode does, without a fault"
        lines.append(f"--through-faults goes on {how}")
    return lines
