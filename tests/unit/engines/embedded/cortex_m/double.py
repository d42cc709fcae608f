"""A Cortex-M4 without Unicorn: registers, memory, and the exception model on them.

`RegisterFile` is what `CoreRegisters` promises; `test_double.py` holds it to Unicorn's core. It
executes nothing: a test says what the program does, and looks at what the exception model makes of
it.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable

from workbench.armv7m.architecture import (
    CONTROL_NPRIV,
    CONTROL_SPSEL,
    IPSR,
    XPSR_T,
)
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.bus import PAGE, Bus
from workbench.engines.embedded.clock import Clock
from workbench.engines.embedded.cortex_m.core_state import reset_core
from workbench.engines.embedded.cortex_m.entry import Entered
from workbench.engines.embedded.cortex_m.processor import Processor, Sizing, Surroundings
from workbench.platform.cores import CORTEX_M4

FLASH, RAM = 0x0800_0000, 0x2000_0000
MEMORY_BYTES = 0x4000
STACK, PROCESS_STACK = RAM + 0x1000, RAM + 0x2000
CODE = FLASH + 0x1000
TICKS_PER_SECOND = 1_000_000
INTERRUPTS = 32

_HIDDEN = frozenset({"primask", "basepri", "faultmask"})  # from unprivileged code, B5.2.3
_ALL_FLAGS = 0xF80F_0000


class RegisterFile:
    """The registers of a core, with the two stack pointers and what privilege hides."""

    def __init__(self) -> None:
        names = (*(f"r{n}" for n in range(13)), "lr", "pc", "msp", "psp", "control", "fpscr")
        self._values = dict.fromkeys((*names, *_HIDDEN, *(f"s{n}" for n in range(32))), 0)
        self._xpsr = XPSR_T
        self.exclusives_cleared = 0

    @property
    def _in_handler(self) -> bool:
        return bool(self._xpsr & IPSR)

    @property
    def _privileged(self) -> bool:
        return self._in_handler or not self._values["control"] & CONTROL_NPRIV

    def _stack(self) -> str:
        on_psp = self._values["control"] & CONTROL_SPSEL and not self._in_handler
        return "psp" if on_psp else "msp"

    def get(self, name: str) -> int:
        if name == "xpsr":
            return self._xpsr
        if name in _HIDDEN and not self._privileged:
            return 0
        return self._values[self._stack() if name == "sp" else name]

    def set(self, name: str, value: int) -> None:
        value &= 0xFFFF_FFFF
        if name == "xpsr":
            self.set_xpsr(value)
        elif name == "control":
            self._set_control(value)
        elif name == "pc":
            self._values["pc"] = value & ~1
        elif name not in _HIDDEN or self._privileged:
            self._values[self._stack() if name == "sp" else name] = value

    def _set_control(self, value: int) -> None:
        if self._privileged:
            kept = self._values["control"] & CONTROL_SPSEL if self._in_handler else 0
            allowed = ~CONTROL_SPSEL if self._in_handler else ~0
            self._values["control"] = value & allowed & 7 | kept

    def set_xpsr(self, value: int) -> None:
        self._xpsr = value

    def refresh_mode(self, xpsr: int) -> None:
        pass  # nothing is derived from the mode here

    def batch(self, names: Iterable[str]) -> _Batch:
        return _Batch(self, tuple(names))

    def writer(self, names: Iterable[str]) -> _Writer:
        return _Writer(self, tuple(names))

    def clear_exclusive(self) -> None:
        self.exclusives_cleared += 1


class _Batch:
    def __init__(self, registers: RegisterFile, names: tuple[str, ...]) -> None:
        self._registers = registers
        self._names = names

    def read(self) -> list[int]:
        return [self._registers.get(name) for name in self._names]


class _Writer:
    def __init__(self, registers: RegisterFile, names: tuple[str, ...]) -> None:
        self._registers = registers
        self._names = names

    def write(self, *values: int) -> None:
        for name, value in zip(self._names, values, strict=True):
            if name == "pc":
                thumb = XPSR_T if value & 1 else 0
                self._registers.set_xpsr(self._registers.get("xpsr") & ~XPSR_T | thumb)
            if name != "mode":
                self._registers.set(name, value)


class Pages:
    """The memory map of a core that executes nothing."""

    def allocate(self, size: int) -> mmap.mmap:
        return mmap.mmap(-1, size)

    def map_memory(
        self, address: int, memory: mmap.mmap, size: int, permissions: int, offset: int = 0
    ) -> None:
        pass

    def map_device(self, address: int, size: int) -> None:
        pass

    def unmap(self, address: int, size: int) -> None:
        pass

    def forget_code(self, address: int, size: int) -> None:
        pass


class Part:
    """A processor on the double, with flash, RAM and a vector table; it is at CODE."""

    def __init__(self) -> None:
        self.core = RegisterFile()
        self.bus = Bus(Pages())
        self.state = BlockState.unlimited()
        self.warnings: list[str] = []
        self.resets = 0
        self.mode_changes = 0
        self.clock = Clock(1_000_000, lambda: 0, lambda: None)
        around = Surroundings(
            attend=lambda: None,
            mode_changed=self._mode_changed,
            request_reset=self._reset_requested,
            warn=self.warnings.append,
            instructions=lambda: 0,
        )
        self.processor = Processor(
            self.core,
            self.bus,
            self.state,
            self.clock,
            Sizing(
                CORTEX_M4, ticks_per_second=1_000_000, systick_hz=1_000_000, interrupts=INTERRUPTS
            ),
            around,
        )
        for name, start in (("flash", FLASH), ("ram", RAM)):
            store = self.bus.add_store(name, MEMORY_BYTES, is_flash=name == "flash")
            self.bus.show_store(store, start)
        self.bus.connect()
        assert MEMORY_BYTES % PAGE == 0
        for number in range(16 + INTERRUPTS):
            self.set_vector(number, handler_of(number) | 1)
        self.processor.reset(FLASH)
        reset_core(self.core)
        self.core.set("msp", STACK)
        self.core.set("psp", PROCESS_STACK)
        self.core.set("pc", CODE)

    def _mode_changed(self) -> None:
        self.mode_changes += 1
        if self.processor.mpu.ctrl:
            self.processor.mpu.settle(self.processor.special.is_urgent)

    def _reset_requested(self) -> None:
        self.resets += 1

    def set_vector(self, number: int, value: int) -> None:
        """Write a word of the vector table."""
        self.bus.program(FLASH + 4 * number, value.to_bytes(4, "little"))

    def word(self, address: int) -> int:
        """Read a word as a bus master does."""
        return int.from_bytes(self.bus.read(address, 4), "little")

    def write(self, address: int, value: int) -> None:
        """Write a word, to a system register or to memory."""
        self.bus.write(address, value.to_bytes(4, "little"))

    def use_process_stack(self, privileged: bool = True) -> None:
        """Go on in Thread mode on PSP."""
        self.processor.special.set_control(CONTROL_SPSEL | (0 if privileged else CONTROL_NPRIV))

    def take_pending(self) -> Entered | None:
        """Take the exception that is due, as the run loop does between two instructions."""
        processor = self.processor
        number = processor.exceptions.preempting(processor.special.masks())
        return None if number is None else processor.unit.enter(number)

    def interrupt(self, number: int) -> Entered | None:
        """Pend an exception, enabled, and take it if it is due."""
        self.processor.exceptions.enabled |= 1 << number
        self.processor.exceptions.pend(number)
        return self.take_pending()

    def registers(self) -> dict[str, int]:
        """All that an exception must leave as it was."""
        names = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc", "xpsr", "msp", "psp", "control")
        floats = (*(f"s{n}" for n in range(32)), "fpscr")
        return {name: self.core.get(name) for name in (*names, *floats)}


def handler_of(number: int) -> int:
    """Return the address that the vector of an exception points to."""
    return FLASH + 0x400 + 8 * number
