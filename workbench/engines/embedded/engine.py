"""The embedded engine: `workbench.engines.base.Engine` over an `EmbeddedMachine`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.engines import base
from workbench.engines.boot import boot_of
from workbench.engines.code_cache import CacheShape
from workbench.engines.embedded.assemble import assemble, console_of, uarts_of
from workbench.engines.embedded.bus import BusError
from workbench.engines.embedded.console import Console, OtherPorts
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.engines.embedded.peripherals.generic.gpio_port import GpioPort
from workbench.engines.embedded.peripherals.generic.storage import Storage
from workbench.engines.embedded.runner import EmbeddedRunner
from workbench.engines.embedded.tracing.cycle_counter import CycleCounter
from workbench.engines.embedded.tracing.trace_recorder import TraceRecorder
from workbench.engines.embedded.unicorn.registers import REGISTER_IDS
from workbench.errors import EngineError, ImageError, UserError
from workbench.image import Image
from workbench.platform import Platform
from workbench.timing.flash import read_flash
from workbench.trace import Trace

_SPECIAL = frozenset({"msp", "psp", "primask", "basepri", "faultmask"})


class EmbeddedRegisters(base.Registers):
    """Core registers of a machine, privileged or not; writing PC wakes a core that sleeps."""

    def __init__(self, machine: EmbeddedMachine, runner: EmbeddedRunner) -> None:
        self._machine = machine
        self._runner = runner

    def __getitem__(self, name: str) -> int:
        self._check(name)
        if name in _SPECIAL:
            return self._machine.processor.special.get(name)
        return self._machine.core.get(name)

    def __setitem__(self, name: str, value: int) -> None:
        self._check(name)
        if name in _SPECIAL:
            self._machine.processor.special.set(name, value)
        elif name == "control":
            self._machine.processor.special.set_control(value)
        else:
            self._machine.core.set(name, value)
            if name == "pc":
                self._runner.wake()

    def _check(self, name: str) -> None:
        if name not in REGISTER_IDS:
            raise UserError(
                f"no register {name!r}", hint="r0..r12, sp, lr, pc, xpsr, msp, psp, primask, ..."
            )


class EmbeddedMemory(base.Memory):
    """The bus of a machine, seen from outside."""

    def __init__(self, machine: EmbeddedMachine) -> None:
        self._machine = machine

    def read(self, address: int, size: int) -> bytes:
        try:
            return self._machine.bus.read(address, size)
        except BusError as error:
            raise _no_memory(address, size, error) from None

    def write(self, address: int, data: bytes) -> None:
        if not data:
            return
        bus = self._machine.bus
        try:
            bus.program(address, data)
        except BusError as error:
            raise _no_memory(address, len(data), error) from None
        shown = bus.range_at(address)
        if shown is not None and shown.store.is_flash:
            self._machine.code_changed()


def _no_memory(address: int, size: int, error: BusError) -> UserError:
    return UserError(
        f"0x{address:08x}..0x{address + size - 1:08x}: {error}",
        hint="see the memories in the platform's .repl",
    )


@dataclass(frozen=True)
class _Loaded:
    """What `load` has made: a machine, what drives it, and what is seen of it."""

    machine: EmbeddedMachine
    runner: EmbeddedRunner
    console: Console
    console_name: str
    others: OtherPorts
    recorder: TraceRecorder
    registers: EmbeddedRegisters
    memory: EmbeddedMemory


class EmbeddedEngine(base.Engine):
    """Unicorn as the core, the workbench's own exceptions, peripherals and time.

    A timer interrupts between two instructions. An exception that a store to a device makes ready
    is taken right behind the store, as on QEMU with -icount; on Renode and on QEMU without it at
    the end of the block of instructions that holds the store. ARMv7-M allows both.
    """

    name = "embedded"

    def __init__(self, *, python_tracer: bool = False, note: str = "") -> None:
        """`python_tracer`: use the pure-Python tracer even where the C one is there. `note`: what
        the first run warns of, "" for nothing.
        """
        self._note = note
        self._python_tracer = python_tracer
        self._loaded: _Loaded | None = None

    @property
    def machine(self) -> EmbeddedMachine:
        """The machine that is loaded; raises EngineError before `load`, as all that follows."""
        return self._now.machine

    @property
    def uart(self) -> Console:
        return self._now.console

    @property
    def registers(self) -> EmbeddedRegisters:
        return self._now.registers

    @property
    def memory(self) -> EmbeddedMemory:
        return self._now.memory

    def load(self, image: Image, platform: Platform) -> None:
        listener = self._loaded.console.listener if self._loaded is not None else None
        self.close()
        machine = assemble(platform, self._python_tracer)
        machine.use_cycle_counter(
            CycleCounter(
                platform,
                machine.tracer,
                machine.reads,
                machine.issued,
                machine.flash_ranges,
                machine.attend,
            )
        )
        try:
            self._loaded = _start(machine, image, platform)
        except BusError as error:
            machine.close()
            raise _no_vectors(machine.vector_table, image, platform, error) from None
        except BaseException:
            machine.close()
            raise
        self.uart.listen(listener)
        if self._note:
            machine.warn(self._note)
            self._note = ""

    def reset(self) -> None:
        self.machine.power_on()
        self._now.runner.reset()

    def close(self) -> None:
        if self._loaded is not None:
            self._loaded.machine.close()
        self._loaded = None

    def run(self, until: base.Stop, limit: base.Limit) -> base.StopReason:
        now = self._now
        reason = now.runner.run(until, limit)
        if now.console.is_silent and (advice := now.others.advice(now.console_name)):
            return replace(reason, warnings=(*reason.warnings, advice))
        return reason

    def drive(self, port: str, pin: int, level: bool) -> None:
        peripheral = self.machine.peripherals.get(port)
        if isinstance(peripheral, GpioPort) and not 0 <= pin < peripheral.PINS:
            raise UserError(
                f"{port} has no pin {pin}", hint=f"its pins are 0 to {peripheral.PINS - 1}"
            )
        if peripheral is None or isinstance(peripheral, Storage):
            raise UserError(
                f"the embedded engine has no model of '{port}' that takes an input",
                hint="use --engine renode",
            )
        peripheral.signal(pin, level)

    @property
    def instructions(self) -> int:
        return self.machine.state.count

    def start_trace(self, flash_reads: bool = False) -> None:
        self._now.recorder.start(flash_reads)

    def stop_trace(self) -> Trace:
        return self._now.recorder.stop()

    def mark_trace(self) -> base.TraceMark:
        return self._now.recorder.mark()

    def snapshot(self) -> base.Snapshot:
        now = self._now
        state: Mapping[str, Any] = {
            "machine": now.machine.save(),
            "runner": now.runner.save(),
            "console": now.console.save(),
        }
        return base.Snapshot(self.name, state)

    def restore(self, snapshot: base.Snapshot) -> None:
        if snapshot.engine != self.name:
            raise EngineError(f"the snapshot is of the {snapshot.engine} engine")
        now = self._now
        now.machine.restore(snapshot.state["machine"])
        now.runner.restore(snapshot.state["runner"])
        now.console.restore(snapshot.state["console"])

    @property
    def _now(self) -> _Loaded:
        if self._loaded is None:
            raise EngineError("no image is loaded", hint="call load() first")
        return self._loaded


def _start(machine: EmbeddedMachine, image: Image, platform: Platform) -> _Loaded:
    """Put `image` into `machine` and power it on."""
    code_cache = CacheShape.of(platform)
    if code_cache is not None:
        machine.tracer.use_code_cache(code_cache)
    machine.reads.use_data_cache(read_flash(platform.flash_timing).data_cache)
    console = Console(console_of(machine, platform), machine.attend)
    others = {name: port for name, port in uarts_of(machine) if name != platform.uart}
    runner = EmbeddedRunner(machine, console)
    boot = boot_of(image, platform)
    machine.vector_table = boot.vector_table
    for warning in boot.warnings:
        machine.warn(warning)
    machine.on_power_up.append(lambda: _program(machine, image, platform))
    machine.power_on()
    return _Loaded(
        machine=machine,
        runner=runner,
        console=console,
        console_name=platform.uart,
        others=OtherPorts(others),
        recorder=TraceRecorder(machine.tracer, machine.reads, machine.flash_ranges, code_cache),
        registers=EmbeddedRegisters(machine, runner),
        memory=EmbeddedMemory(machine),
    )


def _program(machine: EmbeddedMachine, image: Image, platform: Platform) -> None:
    for segment in image.segments:
        try:
            machine.bus.program(segment.address, segment.data)
        except BusError as error:
            end = segment.address + len(segment.data)
            raise ImageError(
                f"{image.path}: 0x{segment.address:08x}..0x{end - 1:08x} does not fit the memories "
                f"of {platform.name}: {error}",
                hint="was it linked for another part? choose the platform it is for",
            ) from None


def _no_vectors(address: int, image: Image, platform: Platform, error: BusError) -> ImageError:
    return ImageError(
        f"{image.path}: the vector table at 0x{address:08x} cannot be read on {platform.name}: "
        f"{error}",
        hint="was it linked for another part? choose the platform it is for",
    )
