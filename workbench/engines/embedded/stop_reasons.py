"""How a run ended: the `StopReason` that the user gets."""

from __future__ import annotations

from workbench.engines.base import FaultState, StopKind, StopReason, Watchpoint
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.engines.embedded.semihosting import Host


class StopReasons:
    """Makes them of one machine; each takes the warnings since the one before with it.

    resets: how often the machine was reset since then without ending a run.
    """

    def __init__(self, machine: EmbeddedMachine, host: Host) -> None:
        self._machine = machine
        self._host = host
        self.resets = 0

    def reason(
        self,
        kind: StopKind,
        fault: FaultState | None = None,
        detail: str = "",
        watchpoint: Watchpoint | None = None,
    ) -> StopReason:
        """Return why the run ends here and now."""
        machine = self._machine
        if self.resets:
            times = "once" if self.resets == 1 else f"{self.resets:,} times"
            machine.warn(f"the firmware or a watchdog reset the part {times}")
            self.resets = 0
        warnings = tuple(machine.warnings.values())
        if kind is StopKind.LIMIT:
            detail = machine.polling.describe(machine.peripherals)
        machine.warnings.clear()
        return StopReason(
            kind=kind,
            pc=machine.core.pc,
            instructions=machine.state.count,
            seconds=machine.clock.seconds,
            fault=fault,
            watchpoint=watchpoint,
            detail=detail or (fault.detail if fault else ""),
            warnings=warnings,
            exit_code=self._host.exit_code,
        )
