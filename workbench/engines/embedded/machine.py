"""A machine: core, memories, system peripherals and the models of one platform.

This file holds the parts together and keeps them consistent; `assemble.py` makes one from a
platform description, `runner.py` makes it go.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.armv7m import thumb
from workbench.armv7m.architecture import Exc
from workbench.engines.embedded.bus import PAGE, Bus, BusError
from workbench.engines.embedded.clock import NEVER, Clock
from workbench.engines.embedded.cortex_m.dwt import Dwt, Itm
from workbench.engines.embedded.cortex_m.entry import ExceptionUnit
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.mpu import Mpu
from workbench.engines.embedded.cortex_m.scb import Scb
from workbench.engines.embedded.cortex_m.scs import SCS_BASE, SCS_SIZE, SystemControlSpace
from workbench.engines.embedded.cortex_m.systick import SysTick
from workbench.engines.embedded.peripherals.interface import Peripheral
from workbench.engines.embedded.polling import Polling
from workbench.engines.embedded.tracing.cycle_counter import CycleCounter
from workbench.engines.embedded.tracing.flash_reads import ReadRecorder
from workbench.engines.embedded.tracing.tracer import Tracer
from workbench.engines.embedded.tracing.tracers import make_tracer
from workbench.engines.embedded.unicorn.accesses import Accesses
from workbench.engines.embedded.unicorn.alignment import AlignmentTrap
from workbench.engines.embedded.unicorn.conditional_stores import ConditionalStores
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.inspection import Inspection
from workbench.engines.embedded.unicorn.protection import Protection
from workbench.engines.embedded.unicorn.registers import FP_NAMES
from workbench.engines.embedded.unicorn.stop_after_store import Departure
from workbench.engines.embedded.unicorn.watch import Watch

DWT_BASE, ITM_BASE, PPB_BLOCK = 0xE0001000, 0xE0000000, 0x1000
ERASED = b"\xff"
CHUNK = 1 << 16  # bytes of memory that a snapshot compresses at a time

_SAVED_REGISTERS = (
    *(f"r{n}" for n in range(13)),
    "msp",
    "psp",
    "lr",
    "primask",
    "basepri",
    "faultmask",
    "fpscr",
    *FP_NAMES,
)


_SAVED_STATE = (
    "count",
    "event",
    "address",
    "size",
    "instructions",
    "flags",
    "exclusive",
    "basepri",
)


@dataclass(frozen=True)
class Sizing:
    """What the .repl and platform.toml say about core and interrupt controller."""

    ticks_per_second: int
    systick_hz: int
    interrupts: int = 240
    priority_mask: int = 0xF0
    systick_divider: int = 0
    systick_calibration: int | None = None


class Machine:
    """Everything that has state, and what must happen when it changes."""

    def __init__(self, sizing: Sizing, python_tracer: bool = False) -> None:
        self.core = Core()
        self.bus = Bus(self.core)
        self.tracer: Tracer = make_tracer(self.core, python_tracer)
        self.reads = ReadRecorder(self.core, python_tracer)
        self.state = self.tracer.state
        self.state.priority_mask = sizing.priority_mask
        self.core.add_block_hook(self.tracer.hook, self.tracer.user_data)
        self.clock = Clock(sizing.ticks_per_second, lambda: self.instructions, self.attend)
        self.exceptions = ExceptionState(sizing.interrupts, sizing.priority_mask)
        self.scb = Scb(
            self.exceptions, lambda: self.unit.ipsr, self.attend, self.request_reset, self.warn
        )
        self.mpu = Mpu(self._on_mode_change)
        self.systick = SysTick(
            self.clock,
            sizing.systick_hz,
            self._pend_systick,
            sizing.systick_divider,
            sizing.systick_calibration,
        )
        self.scs = SystemControlSpace(
            self.exceptions, self.systick, self.scb, self.mpu, self.attend
        )
        self.dwt = Dwt(lambda: self.instructions, lambda: self.scs.demcr)
        self.itm = Itm()
        self.cycle_counter: CycleCounter | None = None
        self.unit = ExceptionUnit(
            self.core,
            self.bus,
            self.exceptions,
            self.scb,
            self.mpu,
            self.state,
            self._on_mode_change,
        )
        self.protection = Protection(self.core, self.bus, self.mpu)
        self.watch = Watch(self.core, self.protection)
        self.alignment = AlignmentTrap(self.core, self.protection, self.reads.counter)
        self.conditional_stores = ConditionalStores(self.core, self.protection, self.reads.counter)
        self.departure = Departure(self.state, self.clock, self.exceptions, self.unit, self.scb)
        self.peripherals: dict[str, Peripheral] = {}
        self.shared: dict[str, Any] = {}  # for peripherals that reach into each other
        self.on_power_up: list[Callable[[], None]] = []  # fill memories: .repl writes, the image
        self.vector_table = 0
        self.reset_requested = False
        self.polling = Polling()
        self.warnings: dict[str, str] = {}  # as given, and as told
        self.inspection = Inspection(self.core, self.tracer)
        # By page: (start, size) of a block -> its instructions' numbers
        self._positions: dict[int, dict[tuple[int, int], dict[int, int]]] = {}
        self.accesses = Accesses(self)
        self.core.device = self.accesses.answer
        self.core.on_refused_store = self._on_refused_store
        self._add_system_blocks()

    def _add_system_blocks(self) -> None:
        self.bus.add_device(self.scs, SCS_BASE, SCS_SIZE, "scs")
        self.bus.add_device(self.dwt, DWT_BASE, PPB_BLOCK, "dwt")
        self.bus.add_device(self.itm, ITM_BASE, PPB_BLOCK, "itm")

    def use_cycle_counter(self, counter: CycleCounter) -> None:
        """Let DWT_CYCCNT advance by `counter` instead of instructions."""
        self.cycle_counter = counter
        self.dwt.now, self.dwt.switch = counter.now, counter.switch

    def connect(self) -> None:
        """Everything has been added: map it."""
        self.bus.connect()
        for shown in self.bus.ranges:
            store = shown.store
            self.tracer.add_memory(shown.start, shown.end, store.memory, not store.is_flash)
        for peripheral in self.peripherals.values():
            peripheral.connect(self.peripherals)

    @property
    def flash_ranges(self) -> list[tuple[int, int]]:
        """Where flash is visible: (start, end) of each range, aliases included."""
        return [(r.start, r.end) for r in self.bus.ranges if r.store.is_flash]

    def close(self) -> None:
        """Free the core and its memories, and end what the blocks have started."""
        for peripheral in self.peripherals.values():
            peripheral.close()
        self.core.close()

    def warn(self, text: str) -> None:
        """Keep a warning for the next StopReason, each text once, with the access it is about."""
        if text not in self.warnings:
            by = f" (accessed from 0x{self.core.pc:08x})" if self.core.in_callback else ""
            self.warnings[text] = text + by

    # -- counting ------------------------------------------------------------------------------

    @property
    def instructions(self) -> int:
        """Issued since reset; inside a device access the one that accesses is included."""
        state = self.state
        if not self.core.in_callback:
            return state.count
        position = self._position(state.address, state.size).get(self.core.pc)
        if position is None:
            return state.count
        return state.count - state.instructions + position

    def _position(self, address: int, size: int) -> dict[int, int]:
        """Map each instruction address of a block to its number in it, from 1."""
        blocks = self._positions.setdefault(address // PAGE, {})
        found = blocks.get((address, size))
        if found is None:
            code = self._read_code(address, size)
            found = {
                address + offset: number
                for number, (offset, *_) in enumerate(thumb.instructions(code), start=1)
            }
            blocks[address, size] = found
        return found

    def _read_code(self, address: int, size: int) -> bytes:
        try:
            return self.bus.read(address, size)
        except BusError:
            return b"\0" * size  # a jump to nowhere: the fetch faults, nothing is counted

    def code_changed(self) -> None:
        """Memory was filled from outside: nothing decoded before holds."""
        self._positions.clear()
        self.tracer.forget()
        self.core.forget_all_code()

    def attend(self) -> None:
        """Something happened that the run loop must look at: come out at the next block."""
        self.state.deadline = 0

    # -- accesses ------------------------------------------------------------------------------

    def program_flash(self, address: int, size: int, value: int) -> bool:
        """A store to flash programs it (1 to 0 only) if a flash controller says so; return that."""
        shown = self.bus.range_at(address)
        if shown is None or not shown.store.is_flash:
            return False
        if not any(p.programs_flash for p in self.peripherals.values()):
            return False
        old = int.from_bytes(self.bus.read(address, size), "little")
        self.bus.program(address, (old & value).to_bytes(size, "little"))
        for start in self.bus.aliases(address):
            for page in (start // PAGE - 1, start // PAGE):  # a block may begin a page before
                self._positions.pop(page, None)
        self.tracer.change(address, size)
        return True

    def _on_refused_store(self) -> None:
        self.attend()  # where the core executes on, it must not begin another block
        self.conditional_stores.refused()

    def _on_mode_change(self) -> None:
        self.settle_protection()
        self.attend()

    def settle_protection(self) -> None:
        """Privilege, priority or the MPU may have changed: protect the memories as it says now."""
        if self.mpu.ctrl:
            self.mpu.settle(self.unit.is_urgent)
        if self.mpu.enabled or self.protection.applied:
            self.protection.update(self.unit.privileged)

    def _pend_systick(self) -> None:
        self.exceptions.pend(Exc.SYSTICK)
        self.attend()

    def request_reset(self) -> None:
        """Reset soon: by software or by a watchdog."""
        self.reset_requested = True
        self.attend()

    # -- reset ---------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Reset with fresh memories; counts and time start at 0."""
        for store in self.bus.stores:
            store.fill(ERASED if store.is_flash else b"\0")
        self.state.count = 0
        self.clock.reset()
        self.dwt.power_on()
        for peripheral in self.peripherals.values():
            peripheral.power_on()
        self.reset()
        for fill in self.on_power_up:
            fill()
        self.code_changed()
        self._load_vectors()

    def warm_reset(self) -> None:
        """System reset: as at power-on, but memories keep their contents and time goes on."""
        self.clock.cancel_all()
        self.reset()
        self._load_vectors()

    def reset(self) -> None:
        """Reset core and peripherals."""
        self.reset_requested = False
        self.exceptions.reset()
        self.scb.reset()
        self.scb.vtor = self.vector_table
        self.mpu.reset()
        self.systick.reset()
        self.scs.reset()
        self.itm.reset()
        self.polling.reset()
        for peripheral in self.peripherals.values():
            peripheral.reset()
        state = self.state
        state.flags = state.event = state.size = state.instructions = 0
        self._reset_core()
        if state.exclusive:
            self.core.hidden.clear_exclusive()
        state.exclusive = state.basepri = 0
        self.protection.update(privileged=True)

    def _reset_core(self) -> None:
        core = self.core
        core.set_xpsr(1 << 24 | Exc.HARD_FAULT)  # a handler mode, so that all may be written
        for name in _SAVED_REGISTERS:
            core.set(name, 0)
        core.set("control", 0)
        core.set_xpsr(1 << 24)
        core.set("control", 0)
        core.set("lr", 0xFFFFFFFF)

    def _load_vectors(self) -> None:
        """Take SP and PC from the vector table (B1.5.5)."""
        words = self.bus.read(self.vector_table, 8)
        self.core.set("msp", int.from_bytes(words[:4], "little") & ~3)
        reset_vector = int.from_bytes(words[4:], "little")
        self.core.set("pc", reset_vector)
        self.core.set_xpsr((reset_vector & 1) << 24)

    # -- snapshots -----------------------------------------------------------------------------

    def save(self) -> dict[str, Any]:
        """Return the whole state, independent of the machine's further life."""
        unit, core, state = self.unit, self.core, self.state
        return {
            "registers": {name: unit.get_special(name) for name in _SAVED_REGISTERS},
            "mode": {name: core.get(name) for name in ("control", "xpsr", "pc")},
            "memories": [
                [_pack(store.memory[i : i + CHUNK]) for i in range(0, len(store.memory), CHUNK)]
                for store in self.bus.stores
            ],
            "tracer": {name: getattr(state, name) for name in _SAVED_STATE},
            "exclusive": core.hidden.exclusive() if state.exclusive else None,
            "clock": self.clock.save(),
            "cycles": self.cycle_counter.save() if self.cycle_counter else None,
            "exceptions": self.exceptions.save(),
            "blocks": [block.save() for block in self._blocks],
            "peripherals": {name: p.save() for name, p in self.peripherals.items()},
        }

    def load(self, saved: dict[str, Any]) -> None:
        """Take back a state that `save` returned."""
        exclusive = saved["exclusive"]
        if exclusive is not None:
            self.core.hidden.set_exclusive(*exclusive)
        elif self.state.exclusive:
            self.core.hidden.clear_exclusive()
        for name, value in saved["tracer"].items():
            setattr(self.state, name, value)
        changed = False
        for store, chunks in zip(self.bus.stores, saved["memories"], strict=True):
            for index, chunk in enumerate(chunks):
                changed |= _unpack(store.memory, index * CHUNK, chunk)
        if changed:
            self.code_changed()
        for name, peripheral_state in saved["peripherals"].items():
            self.peripherals[name].load(peripheral_state)
        self._reset_core()
        core = self.core
        core.set_xpsr(1 << 24 | Exc.HARD_FAULT)
        for name, value in saved["registers"].items():
            if name not in ("msp", "psp"):
                core.set(name, value)
        core.set("msp", saved["registers"]["msp"])
        core.set("psp", saved["registers"]["psp"])
        core.set("pc", saved["mode"]["pc"])
        core.set_xpsr(saved["mode"]["xpsr"] & ~0x1FF)
        core.set("control", saved["mode"]["control"])
        core.set_xpsr(saved["mode"]["xpsr"])
        core.set("control", saved["mode"]["control"])
        core.refresh_mode(saved["mode"]["xpsr"])
        self.exceptions.load(saved["exceptions"])
        for block, block_state in zip(self._blocks, saved["blocks"], strict=True):
            block.load(block_state)
        self.clock.load(saved["clock"])
        if self.cycle_counter is not None:
            self.cycle_counter.load(saved["cycles"])
        self.protection.update(self.unit.privileged)
        self.state.limit = self.state.deadline = NEVER

    @property
    def _blocks(self) -> tuple[Any, ...]:
        return (self.scb, self.scs, self.mpu, self.systick, self.dwt, self.itm)


def _pack(chunk: bytes) -> bytes:
    return zlib.compress(chunk, 1) if any(chunk) else b""


def _unpack(memory: Any, start: int, packed: bytes) -> bool:
    """Put a chunk back; return whether anything differed."""
    end = min(start + CHUNK, len(memory))
    chunk = bytes(end - start)
    if packed:
        chunk = zlib.decompressobj().decompress(packed, CHUNK + 1)
        if len(chunk) != end - start:
            raise ValueError(f"{len(chunk)} bytes for the {end - start} of a part of a memory")
    if memory[start:end] == chunk:
        return False
    memory[start:end] = chunk
    return True
