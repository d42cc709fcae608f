"""From a platform description to a machine."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.armv7m.architecture import is_own_peripheral
from workbench.engines.embedded.bus import Store
from workbench.engines.embedded.bus_access import BusAccess
from workbench.engines.embedded.cortex_m.bitband import BitBand
from workbench.engines.embedded.cortex_m.processor import Sizing
from workbench.engines.embedded.machine import Machine
from workbench.engines.embedded.peripherals import registry
from workbench.engines.embedded.wiring import Wiring
from workbench.errors import PlatformError
from workbench.peripheral import Context, Peripheral, UartPeripheral
from workbench.platform import Platform
from workbench.platform.cores import require_modelled
from workbench.repl import monitor, types
from workbench.repl.description import Description, Entry, Registration

SYSTEM_BUS = "sysbus"
DEFAULT_SYSTICK_HZ = 72_000_000  # Renode's NVIC


def assemble(platform: Platform, python_tracer: bool = False) -> Machine:
    """Return the machine of `platform`, powered off: nothing is loaded yet."""
    description = platform.description
    nvic = _the_nvic(description, platform)
    require_modelled(platform, "the embedded engine")
    frequency = nvic.properties.get("systickFrequency", DEFAULT_SYSTICK_HZ)
    priority_mask = nvic.properties.get("priorityMask", 0xFF)
    machine = Machine(
        Sizing(
            ticks_per_second=platform.mips * 1_000_000,
            systick_hz=frequency if isinstance(frequency, int) else DEFAULT_SYSTICK_HZ,
            interrupts=platform.interrupts,
            priority_mask=priority_mask if isinstance(priority_mask, int) else 0xFF,
            systick_divider=platform.systick_divider,
            systick_calibration=platform.systick_calibration,
        ),
        python_tracer,
    )
    flash = {(m.origin, m.size) for m in platform.memories if m.kind == "flash"}
    wiring = Wiring(machine, description, nvic.name)
    try:
        # Buttons are reset last: what they are wired to takes note of their level then.
        for entry in sorted(description.entries.values(), key=lambda e: e.type == types.BUTTON):
            _add(machine, entry, nvic, wiring, flash, platform)
        for tag in monitor.tags(description):
            machine.bus.add_tag(tag.value, tag.begin, tag.end, tag.name)
        machine.connect()
    except BaseException:
        machine.close()
        raise
    return machine


def console_of(machine: Machine, platform: Platform) -> UartPeripheral:
    """Return the model of the platform's console."""
    peripheral = machine.peripherals.get(platform.uart)
    if isinstance(peripheral, UartPeripheral):
        return peripheral
    usable = [name for name, _ in uarts_of(machine)]
    raise PlatformError(
        f"{platform.repl}: the embedded engine has no model for the console {platform.uart!r}",
        hint=f"choose one of: {', '.join(usable)}" if usable else "use --engine renode",
    )


def uarts_of(machine: Machine) -> Iterator[tuple[str, UartPeripheral]]:
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
        hint="the workbench runs Cortex-M4 platforms",
    )


def _add(
    machine: Machine,
    entry: Entry,
    nvic: Entry,
    wiring: Wiring,
    flash: set[tuple[int, int]],
    platform: Platform,
) -> None:
    if entry is nvic or entry.type.startswith((types.CPU, types.BUS)) or entry.name == SYSTEM_BUS:
        return
    on_bus = [r for r in entry.registrations if r.parent == SYSTEM_BUS and r.address is not None]
    if any(_is_own(r) for r in on_bus):
        return
    if entry.type == types.MEMORY:
        _add_memory(machine, entry, on_bus, flash)
    elif entry.type == types.BIT_BAND:
        _add_bit_band(machine, entry, on_bus)
    elif on_bus or registry.is_modelled(entry.type):
        _add_peripheral(machine, entry, on_bus, wiring, platform)


def _is_own(registration: Registration) -> bool:
    address = registration.address or 0
    return is_own_peripheral(address)


def _add_memory(
    machine: Machine, entry: Entry, on_bus: list[Registration], flash: set[tuple[int, int]]
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


def _add_bit_band(machine: Machine, entry: Entry, on_bus: list[Registration]) -> None:
    base = entry.properties.get("peripheralBase")
    for registration in on_bus:
        if isinstance(base, int) and registration.address is not None and registration.size:
            machine.bus.add_device(
                BitBand(machine.bus, base), registration.address, registration.size, entry.name
            )


def _add_peripheral(
    machine: Machine,
    entry: Entry,
    on_bus: list[Registration],
    wiring: Wiring,
    platform: Platform,
) -> None:
    size = _size(entry, on_bus)
    peripheral = registry.create(
        Context(
            name=entry.name,
            type=entry.type,
            size=size,
            properties=entry.properties,
            clock=machine.clock,
            bus=BusAccess(machine, entry, platform.bus_masters),
            lines=wiring.lines_of(entry),
            warn=machine.warn,
            address=(on_bus[0].address or 0) if on_bus else 0,
            request_reset=machine.request_reset,
            shared=machine.shared,
            source=f"{entry.location.file}:{entry.location.line}",
            uart_pacing=platform.uart_pacing,
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


def _apply_peripheral_writes(peripheral: Peripheral, entry: Entry) -> None:
    for write in monitor.writes(entry.init):
        peripheral.write(write.offset, write.width, write.value)


def _size(entry: Entry, on_bus: list[Registration]) -> int:
    for registration in on_bus:
        if registration.size and "region" not in registration.properties:
            return registration.size
    return registry.size_of(entry.type, entry.properties)
