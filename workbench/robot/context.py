"""What Robot Framework says of the suite and the test that run, where any do."""

from __future__ import annotations

from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from workbench.engines import EngineChoice


def wanted_engine(engine: str) -> str:
    """Return what the suite names, or where it names none, the command line: `${ENGINE}`."""
    if engine != EngineChoice.AUTO:
        return engine
    return _variable("${ENGINE}") or engine


def wanted_uart_pacing(pacing: str | None) -> str | None:
    """Return what the suite names, or where it names none, the command line: `${UART_PACING}`."""
    return pacing or _variable("${UART_PACING}")


def _variable(name: str) -> str | None:
    """The value of a variable of the suite that runs, None where there is none."""
    try:
        value = BuiltIn().get_variable_value(name)
    except RobotNotRunningError:
        return None
    return str(value) if value else None


def snapshot_file() -> Path | None:
    """Return a file beside the log for the snapshot of the test that runs, None without one."""
    try:
        builtin = BuiltIn()
        name = str(builtin.get_variable_value("${TEST NAME}") or "suite")
        folder = Path(str(builtin.get_variable_value("${OUTPUT DIR}")))
        suite = str(builtin.get_variable_value("${SUITE NAME}"))
    except RobotNotRunningError:
        return None
    safe = "".join(c if c.isalnum() else "_" for c in f"{suite}-{name}")
    return folder / f"{safe}.snapshot"
