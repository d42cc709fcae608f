"""From a platform description to a machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.armv7m.architecture import is_own_peripheral
from workbench.engines.embedded.bus import Store
from workbench.engines.embedded.bus_access import BusAccess
from workbench.engines.embedded.cortex_m.bitband import BitBand
from workbench.engines.embedded.cortex_m.processor import Sizing
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.engines.embedded.peripherals.from_outside import models_for
from workbench.engines.embedded.peripherals.registry import OWN, Registry
from workbench.engines.embedded.wiring import Wiring
from workbench.errors import PlatformError
from workbench.peripheral import Context, Peripheral, UartPeripheral
from workbench.platform import Platform
from workbench.platform.cores import CoreModel
from workbench.platform.modelled import require_model
from workbench.repl import monitor, types
from workbench.repl.description import Description, Entry, Registration

SYSTEM_BUS = "sysbus"
DEFAULT_SYSTICK_HZ = 72_000_000  # Renode's NVIC


def assemble(platform: Platform, python_tracer: bool = False) -> EmbeddedMachine:
    """Return the machine of `platform`, powered off: nothing is loaded yet."""
    description = platform.description
    nvic = _the_nvic(description, platform)
    model = require_model(platform, "the embedded engine")
    frequency = nvic.properties.get("systickFrequency", DEFAULT_SYSTICK_HZ)
    machine = EmbeddedMachine(
        Sizing(
            model=model,
            ticks_per_second=platform.mips * 1_000_000,
            systick_hz=frequency if isinstance(frequency, int) else DEFAULT_SYSTICK_HZ,
            interrupts=platform.interrupts or model.interrupts,
            priority_mask=_priority_mask(nvic, model),
            systick_divider=platform.systick_divider,
            systick_calibration=platform.systick_calibration,
        ),
        python_tracer,
    )
    flash = {(m.origin, m.size) for m in platform.memories if m.kind == "flash"}
    wiring = Wiring(machine, description, nvic.name)
    try:
        models = _registry(description, platform.repl)
        assembly = _Assembly(machine, wiring, flash, platform, models)
        # Buttons are reset last: what they are wired to takes note of their level then.
        for entry in sorted(description.entries.values(), key=lambda e: e.type == types.BUTTON):
            assembly.add(entry)
        for tag in monitor.tags(description):
            machine.bus.add_tag(tag.value, tag.begin, tag.end, tag.name)
        machine.connect()
    except BaseException:
        machine.close()
        raise
    return machine


def console_of(machine: EmbeddedMachine, platform: Platform) -> UartPeripheral:
    """Return the model of the platform's console."""
    peripheral = machine.peripherals.get(platform.uart)
    if isinstance(peripheral, UartPeripheral):
        return peripheral
    usable = [name for name, _ in uarts_of(machine)]
    raise PlatformError(
        f"{platform.repl}: the embedded engine has no model for the console {platform.uart!r}",
        hint=f"choose one of: {', '.join(usable)}" if usable else "use --engine renode",
    )


def uarts_of(machine: EmbeddedMachine) -> Iterator[tuple[str, UartPeripheral]]:
    """Yield the models that can be the console, with their names."""
    for name, peripheral in machine.peripherals.items():
        if isinstance(peripheral, UartPeripheral):
            yield name, peripheral


def _the_nvic(description: Description, platform: Platform) -> Entry:
    for entry in description.entries.values():
        if entry.type == types.NVIC:
            return entry
    raise PlatformError(
        f"{platform.repl}: no {types.NVIC} entry: not a Cortex-M platform",
        hint="the workbench runs parts with one Cortex-M core",
    )


@dataclass(frozen=True)
class _Assembly:
    """What the entries of a description are added to, and what that needs to know.

    flash: origin and size of each memory that is flash.
    """

    machine: EmbeddedMachine
    wiring: Wiring
    flash: set[tuple[int, int]]
    platform: Platform
    models: Registry

    def add(self, entry: Entry) -> None:
        """Add what an entry stands for, unless the machine has it of itself."""
        on_bus = _on_bus(entry)
        if _is_core(entry) or any(_is_own(r) for r in on_bus):
            return
        if entry.type == types.MEMORY:
            _add_memory(self.machine, entry, on_bus, self.flash)
        elif entry.type == types.BIT_BAND:
            _add_bit_band(self.machine, entry, on_bus)
        elif on_bus or self.models.is_modelled(entry.type):
            self._add_peripheral(entry, on_bus)

    def _add_peripheral(self, entry: Entry, on_bus: list[Registration]) -> None:
        machine = self.machine
        size = self._size(entry, on_bus)
        peripheral = self.models.create(
            Context(
                name=entry.name,
                type=entry.type,
                size=size,
                properties=entry.properties,
                clock=machine.clock,
                bus=BusAccess(machine, entry, self.platform.bus_masters),
                lines=self.wiring.lines_of(entry),
                warn=machine.warn,
                address=(on_bus[0].address or 0) if on_bus else 0,
                request_reset=machine.request_reset,
                shared=machine.shared,
                source=f"{entry.location.file}:{entry.location.line}",
                uart_pacing=self.platform.uart_pacing,
            )
        )
        machine.peripherals[entry.name] = peripheral
        for registration in on_bus:
            address = registration.address or 0
            length = registration.size or size
            region = registration.properties.get("region")
            if region is None:
                machine.bus.add_device(peripheral, address, length, entry.name)
            else:  # a second face of the block, of which no model knows more than that it is there
                store = machine.bus.add_store(f"{entry.name}.{region}", length, is_flash=False)
                machine.bus.show_store(store, address)
        machine.on_power_up.append(lambda: _apply_peripheral_writes(peripheral, entry))

    def _size(self, entry: Entry, on_bus: list[Registration]) -> int:
        for registration in on_bus:
            if registration.size and "region" not in registration.properties:
                return registration.size
        return self.models.size_of(entry.type, entry.properties)


def _registry(description: Description, repl: Path) -> Registry:
    """Return the models for a description: those of the workbench, and what users add to them."""
    own = (types.MEMORY, types.BIT_BAND)
    unknown = {
        entry.type
        for entry in description.entries.values()
        if not _is_core(entry) and entry.type not in own and not OWN.is_modelled(entry.type)
        if not any(_is_own(r) for r in _on_bus(entry))
    }
    return Registry(models_for(unknown, repl.parent))


def _on_bus(entry: Entry) -> list[Registration]:
    return [r for r in entry.registrations if r.parent == SYSTEM_BUS and r.address is not None]


def _is_core(entry: Entry) -> bool:
    """Return whether the machine is built around it: core, interrupt controller, bus."""
    inherent = entry.type == types.NVIC or entry.type.startswith((types.CPU, types.BUS))
    return inherent or entry.name == SYSTEM_BUS


def _priority_mask(nvic: Entry, model: CoreModel) -> int:
    """The bits of a priority that the part implements, the uppermost ones of a byte (B1.5.4)."""
    mask = nvic.properties.get("priorityMask", 0xFF)
    fewest, most = model.priority_bits
    allowed = [0xFF << 8 - bits & 0xFF for bits in range(fewest, most + 1)]
    if mask in allowed:
        return int(mask)
    at = nvic.location_of("priorityMask")
    raise PlatformError(
        f"{at.file}:{at.line}:{at.column}: priorityMask is {_shown(mask)}, and the core has "
        f"{fewest} to {most} bits for priorities, the uppermost ones",
        hint=f"write one of: {', '.join(f'0x{value:02X}' for value in allowed)}",
    )


def _shown(mask: object) -> str:
    return f"0x{mask:02X}" if isinstance(mask, int) else repr(mask)


def _is_own(registration: Registration) -> bool:
    address = registration.address or 0
    return is_own_peripheral(address)


def _add_memory(
    machine: EmbeddedMachine, entry: Entry, on_bus: list[Registration], flash: set[tuple[int, int]]
) -> None:
    size = entry.properties.get("size")
    if not isinstance(size, int) or size <= 0:
        raise PlatformError(
            f"{entry.location.file}:{entry.location.line}: memory {entry.name!r} has no size",
            hint="add `size: 0x...`",
        )
    is_flash = any((r.address, size) in flash for r in on_bus)
    store = machine.bus.add_store(entry.name, size, is_flash)
    for registration in on_bus:
        machine.bus.show_store(store, registration.address or 0)
    machine.on_power_up.append(lambda: _apply_writes(store, entry))


def _apply_writes(store: Store, entry: Entry) -> None:
    for write in monitor.writes(entry.init):
        if write.offset + write.width <= store.size:
            store.memory[write.offset : write.offset + write.width] = write.value.to_bytes(
                write.width, "little"
            )


def _add_bit_band(machine: EmbeddedMachine, entry: Entry, on_bus: list[Registration]) -> None:
    base = entry.properties.get("peripheralBase")
    for registration in on_bus:
        if isinstance(base, int) and registration.address is not None and registration.size:
            machine.bus.add_device(
                BitBand(machine.bus, base), registration.address, registration.size, entry.name
            )


def _apply_peripheral_writes(peripheral: Peripheral, entry: Entry) -> None:
    for write in monitor.writes(entry.init):
        peripheral.write(write.offset, write.width, write.value)
