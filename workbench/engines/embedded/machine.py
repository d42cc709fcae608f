"""A machine: core, memories, system peripherals and the models of one platform.

This file holds the parts together and keeps them consistent; `assemble.py` makes one from a
platform description, `runner.py` makes it go.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from workbench.armv7m.architecture import XPSR_T
from workbench.engines.embedded.bus import Bus
from workbench.engines.embedded.clock import NEVER, Clock
from workbench.engines.embedded.cortex_m.core_state import reset_core, restore_core, save_core
from workbench.engines.embedded.cortex_m.processor import Processor, Sizing, Surroundings
from workbench.engines.embedded.events import Access
from workbench.engines.embedded.polling import Polling
from workbench.engines.embedded.tracing.cycle_counter import CycleCounter
from workbench.engines.embedded.tracing.flash_reads import ReadRecorder
from workbench.engines.embedded.tracing.issued import IssuedInstructions
from workbench.engines.embedded.tracing.tracer import Tracer
from workbench.engines.embedded.tracing.tracers import make_tracer
from workbench.engines.embedded.unicorn.access_watcher import Watchers
from workbench.engines.embedded.unicorn.accesses import Accesses
from workbench.engines.embedded.unicorn.alignment import AlignmentTrap
from workbench.engines.embedded.unicorn.conditional_stores import ConditionalStores
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.inspection import Inspection
from workbench.engines.embedded.unicorn.protection import Protection
from workbench.engines.embedded.unicorn.stop_after_store import StopAfterStore
from workbench.engines.embedded.unicorn.watch import Watch
from workbench.peripheral import Peripheral

ERASED = b"\xff"
CHUNK = 1 << 16  # bytes of memory that a snapshot compresses at a time


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


class EmbeddedMachine:
    """Everything that has state, and what must happen when it changes."""

    def __init__(self, sizing: Sizing, python_tracer: bool = False) -> None:
        self.core = Core(sizing.model)
        self.bus = Bus(self.core)
        self.tracer: Tracer = make_tracer(self.core, python_tracer)
        self.reads = ReadRecorder(self.core, python_tracer)
        self.state = self.tracer.state
        self.state.priority_mask = sizing.priority_mask
        self.core.add_block_hook(self.tracer.hook, self.tracer.user_data)
        self.issued = IssuedInstructions(self.core, self.bus, self.state)
        self.clock = Clock(sizing.ticks_per_second, self.issued.now, self.attend)
        self.processor = Processor(
            self.core, self.bus, self.state, self.clock, sizing, self._surroundings()
        )
        self.cycle_counter: CycleCounter | None = None
        self.peripherals: dict[str, Peripheral] = {}
        self.shared: dict[str, Any] = {}  # for peripherals that reach into each other
        self.on_power_up: list[Callable[[], None]] = []  # fill memories: .repl writes, the image
        self.vector_table = 0
        self.reset_requested = False
        self.polling = Polling()
        self.warnings: dict[str, str] = {}  # as given, and with the access that they are about
        self.inspection = Inspection(self.core, self.tracer)
        self._add_watchers()

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            attend=self.attend,
            mode_changed=self._on_mode_change,
            request_reset=self.request_reset,
            warn=self.warn,
            instructions=self.issued.now,
        )

    def _add_watchers(self) -> None:
        """What watches accesses, in the order in which it is asked."""
        core, processor, counter = self.core, self.processor, self.reads.counter
        special = processor.special
        self.protection = Protection(core, self.bus, processor.mpu, lambda: special.privileged)
        self.alignment = AlignmentTrap(core, self.protection, counter)
        self.watch = Watch(core, self.protection)
        self.stop_after_store = StopAfterStore(self.state, self.clock, processor)
        self.watchers = Watchers(
            (
                self.protection,
                self.alignment,
                self.watch,
                self.stop_after_store,
                ConditionalStores(core, self.protection, counter),
            )
        )
        self.accesses = Accesses(
            core,
            self.bus,
            processor,
            self.watchers,
            self.stop_after_store,
            self.polling,
            self.program_flash,
        )
        core.device = self.accesses.answer
        core.on_refused = self._on_refused

    def use_cycle_counter(self, counter: CycleCounter) -> None:
        """Let DWT_CYCCNT advance by `counter` instead of instructions."""
        self.cycle_counter = counter
        self.processor.dwt.now, self.processor.dwt.switch = counter.now, counter.switch

    def connect(self) -> None:
        """Map all that has been added."""
        self.bus.connect()
        for shown in self.bus.ranges:
            store = shown.store
            self.tracer.add_memory(shown.start, shown.end, store.memory, not store.is_flash)
        for peripheral in self.peripherals.values():
            peripheral.connect(self.peripherals)

    def flash_ranges(self) -> list[tuple[int, int]]:
        """Return where flash is visible: (start, end) of each range, aliases included."""
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

    def code_changed(self) -> None:
        """Memory was filled from outside: nothing decoded before holds."""
        self.issued.forget()
        self.tracer.forget()
        self.core.forget_all_code()

    def attend(self) -> None:
        """Stop emulation at the next block: something happened that the run loop must handle."""
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
            self.issued.forget_page(start)
        self.tracer.change(address, size)
        return True

    def _on_refused(self, access: Access) -> None:
        if access is Access.WRITE:
            self.attend()  # where the core executes on, it must not begin another block
        self.watchers.refused(access)

    def _on_mode_change(self) -> None:
        self.settle_protection()
        self.attend()

    def settle_protection(self) -> None:
        """Privilege, priority or the MPU may have changed: protect the memories as it says now."""
        mpu, special = self.processor.mpu, self.processor.special
        if mpu.ctrl:
            mpu.settle(special.is_urgent)
        if mpu.enabled or self.protection.applied:
            self.protection.update(special.privileged)

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
        self.processor.dwt.power_on()
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
        self.processor.reset(self.vector_table)
        self.polling.reset()
        for peripheral in self.peripherals.values():
            peripheral.reset()
        state = self.state
        state.flags = state.event = state.size = state.instructions = 0
        reset_core(self.core)
        if state.exclusive:
            self.core.clear_exclusive()
        state.exclusive = state.basepri = 0
        self.protection.update(privileged=True)

    def _load_vectors(self) -> None:
        """Take SP and PC from the vector table (B1.5.5)."""
        words = self.bus.read(self.vector_table, 8)
        self.core.set("msp", int.from_bytes(words[:4], "little") & ~3)
        reset_vector = int.from_bytes(words[4:], "little")
        self.core.set("pc", reset_vector)
        self.core.set_xpsr(XPSR_T if reset_vector & 1 else 0)

    # -- snapshots -----------------------------------------------------------------------------

    def save(self) -> dict[str, Any]:
        """Return the whole state, independent of the machine's further life."""
        core, state = self.core, self.state
        return {
            **save_core(core, self.processor.special),
            "memories": [
                [_pack(store.memory[i : i + CHUNK]) for i in range(0, len(store.memory), CHUNK)]
                for store in self.bus.stores
            ],
            "tracer": {name: getattr(state, name) for name in _SAVED_STATE},
            "exclusive": core.hidden.exclusive() if state.exclusive else None,
            "clock": self.clock.save(),
            "cycles": self.cycle_counter.save() if self.cycle_counter else None,
            "exceptions": self.processor.exceptions.save(),
            "blocks": self.processor.save(),
            "peripherals": {name: p.save() for name, p in self.peripherals.items()},
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take back a state that `save` returned."""
        exclusive = saved["exclusive"]
        if exclusive is not None:
            self.core.hidden.set_exclusive(*exclusive)
        elif self.state.exclusive:
            self.core.clear_exclusive()
        for name, value in saved["tracer"].items():
            setattr(self.state, name, value)
        changed = False
        for store, chunks in zip(self.bus.stores, saved["memories"], strict=True):
            for index, chunk in enumerate(chunks):
                changed |= _unpack(store.memory, index * CHUNK, chunk)
        if changed:
            self.code_changed()
        for name, peripheral_state in saved["peripherals"].items():
            self.peripherals[name].restore(peripheral_state)
        restore_core(self.core, saved)
        self.processor.exceptions.restore(saved["exceptions"])
        self.processor.restore(saved["blocks"])
        self.clock.restore(saved["clock"])
        if self.cycle_counter is not None:
            self.cycle_counter.restore(saved["cycles"])
        self.protection.update(self.processor.special.privileged)
        self.state.limit = self.state.deadline = NEVER


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
