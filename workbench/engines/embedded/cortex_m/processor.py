"""What a Cortex-M has beside the core that executes: exceptions and the system blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.armv7m.architecture import Exc
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.bus import Bus
from workbench.engines.embedded.clock import Clock
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.dwt import Dwt, Itm
from workbench.engines.embedded.cortex_m.entry import ExceptionUnit
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.faults import Faults
from workbench.engines.embedded.cortex_m.float_context import FloatContext
from workbench.engines.embedded.cortex_m.mpu import Mpu
from workbench.engines.embedded.cortex_m.scb import Scb
from workbench.engines.embedded.cortex_m.scs import SCS_BASE, SCS_SIZE, SystemControlSpace
from workbench.engines.embedded.cortex_m.special_registers import SpecialRegisters
from workbench.engines.embedded.cortex_m.systick import SysTick
from workbench.platform.cores import CoreModel

DWT_BASE, ITM_BASE, PPB_BLOCK = 0xE0001000, 0xE0000000, 0x1000


@dataclass(frozen=True)
class Sizing:
    """What the .repl and platform.toml say about core and interrupt controller."""

    model: CoreModel
    ticks_per_second: int
    systick_hz: int
    interrupts: int
    priority_mask: int = 0xF0
    systick_divider: int = 0
    systick_calibration: int | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a processor calls in the machine around it.

    attend: an exception may have become ready. mode_changed: privilege, priority or the MPU may
    have changed. request_reset: firmware asks for a system reset. warn: takes what a user should
    know. instructions: returns those issued so far, exact even inside a device access.
    """

    attend: Callable[[], None]
    mode_changed: Callable[[], None]
    request_reset: Callable[[], None]
    warn: Callable[[str], None]
    instructions: Callable[[], int]


class Processor:
    """Exceptions, their entry and return, faults, and the blocks at 0xE0000000."""

    def __init__(
        self,
        core: CoreRegisters,
        bus: Bus,
        state: BlockState,
        clock: Clock,
        sizing: Sizing,
        around: Surroundings,
    ) -> None:
        self._around = around
        attend, mode_changed = around.attend, around.mode_changed
        self.exceptions = ExceptionState(sizing.interrupts, sizing.priority_mask)
        self.special = SpecialRegisters(core, self.exceptions, state, mode_changed)
        self.scb = Scb(
            sizing.model,
            self.exceptions,
            lambda: self.special.ipsr,
            lambda: self.special.masks(),
            attend,
            around.request_reset,
            around.warn,
        )
        self.mpu = Mpu(sizing.model.mpu_regions, mode_changed)
        self.systick = SysTick(
            clock,
            sizing.systick_hz,
            self._pend_systick,
            sizing.systick_divider,
            sizing.systick_calibration,
        )
        self.scs = SystemControlSpace(self.exceptions, self.systick, self.scb, self.mpu, attend)
        self.dwt = Dwt(around.instructions, lambda: self.scs.demcr)
        self.itm = Itm()
        self.floats = FloatContext(core, bus, self.exceptions, self.scb, self.mpu, self.special)
        self.unit = ExceptionUnit(
            core,
            bus,
            self.exceptions,
            self.scb,
            self.mpu,
            self.special,
            self.floats,
            state,
            mode_changed,
        )
        self.faults = Faults(core, self.exceptions, self.scb, self.special, self.unit)
        bus.add_device(self.scs, SCS_BASE, SCS_SIZE, "scs")
        bus.add_device(self.dwt, DWT_BASE, PPB_BLOCK, "dwt")
        bus.add_device(self.itm, ITM_BASE, PPB_BLOCK, "itm")

    def reset(self, vector_table: int) -> None:
        """System reset: VTOR is `vector_table`. The DWT keeps its state."""
        self.exceptions.reset()
        self.scb.reset()
        self.scb.vtor = vector_table
        self.mpu.reset()
        self.systick.reset()
        self.scs.reset()
        self.itm.reset()
        self.faults.reset()

    def save(self) -> list[dict[str, Any]]:
        """Return the state of the system blocks."""
        return [block.save() for block in self._blocks]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        """Take back what `save` returned."""
        for block, state in zip(self._blocks, saved, strict=True):
            block.restore(state)
        self.faults.reset()

    @property
    def _blocks(self) -> tuple[Any, ...]:
        return (self.scb, self.scs, self.mpu, self.systick, self.dwt, self.itm)

    def _pend_systick(self) -> None:
        self.exceptions.pend(Exc.SYSTICK)
        self._around.attend()
