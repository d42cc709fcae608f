"""Whether a platform with a Cortex-M can be as a .repl describes it.

Every value that the workbench takes from a .repl has a type and a range; addresses have 32 bits,
memories do not lie on each other. What Renode takes from a .repl besides is left to Renode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from workbench.errors import ReplError
from workbench.repl import monitor, types
from workbench.repl.description import Description, Entry, Location, Reference, Value
from workbench.support.kinds import LAST_ADDRESS, Flag, Kind, Text, Whole

MAX_REGISTRATIONS = 4096  # Renode's largest platform with a Cortex-M has 500
MAX_MEMORY = 1 << 29  # bytes of one memory: half a gigabyte is a region of the address map
MAX_MEMORIES = 3 << 29  # bytes of all together: the largest of Renode's have 1.25 GiB

MOST_INTERRUPTS = 496  # external ones: ARM DDI 0403E, B1.5.1
_ADDRESS_SPACE = LAST_ADDRESS + 1

# Where the core's own registers begin (ARM DDI 0403E, B3.1): the private peripheral bus, and the
# ROM table. What a .repl has from there on is the core's own; the workbench has its own of it.
_CORE = (0xE000_0000, 0xE00F_F000)


class _Peripheral:
    """The name of an entry."""

    def accepts(self, value: object) -> bool:
        return isinstance(value, Reference) or value is None

    def __str__(self) -> str:
        return "the name of an entry"


_WORD = Whole(0, LAST_ADDRESS)
_FREQUENCY = Whole(1, 10_000_000_000)
_PERIPHERAL = _Peripheral()
_SCRIPT = Text(1 << 20, lines=True)
_SIZE = Whole(1, _ADDRESS_SPACE)
_COUNT = Whole(1, 1024)

# Properties that a type has in Renode, as far as the workbench makes something of them.
_PROPERTIES: Mapping[str, Mapping[str, Kind]] = {
    "Analog.STM32_ADC": {"referenceVoltage": _WORD, "externalEventFrequency": _FREQUENCY},
    "CAN.STMCAN": {"master": _PERIPHERAL},
    types.CORTEX_M: {
        "PerformanceInMips": Whole(1, 100_000),
        "cpuType": Text(),
        "nvic": _PERIPHERAL,
    },
    "GPIOPort.NRF52840_GPIOTasksEvents": {"port0": _PERIPHERAL, "port1": _PERIPHERAL},
    "GPIOPort.STM32_GPIOPort": {
        "modeResetValue": _WORD,
        "outputSpeedResetValue": _WORD,
        "pullUpPullDownResetValue": _WORD,
        "numberOfAFs": Whole(0, 16),
    },
    types.NVIC: {"priorityMask": Whole(0, 0xFF), "systickFrequency": _FREQUENCY},
    "IRQControllers.STM32F4_EXTI": {
        "numberOfOutputLines": Whole(1, 64),
        "firstDirectLine": Whole(0, 64),
    },
    "MTD.STM32F4_FlashController": {"flash": _PERIPHERAL},
    types.MEMORY: {"size": Whole(1, MAX_MEMORY)},
    types.BIT_BAND: {"peripheralBase": _WORD},
    types.BUTTON: {"invert": Flag()},
    "Miscellaneous.CombinedInput": {"numberOfInputs": _COUNT},
    "Miscellaneous.DWT": {"frequency": _FREQUENCY},
    "Miscellaneous.LED": {"invert": Flag()},
    "Miscellaneous.STM32F4_RCC": {"rtcPeripheral": _PERIPHERAL},
    "Python.PythonPeripheral": {"filename": Text(), "initable": Flag(), "script": _SCRIPT},
    "Timers.NRF52840_RTC": {"numberOfEvents": Whole(1, 4)},
    "Timers.NRF52840_Timer": {"numberOfEvents": Whole(1, 6)},
    "Timers.STM32_IndependentWatchdog": {
        "defaultPrescaler": Whole(0, 7),
        "frequency": _FREQUENCY,
        "windowOption": Flag(),
    },
    "Timers.STM32_Timer": {"frequency": _FREQUENCY, "initialLimit": Whole(1, LAST_ADDRESS)},
    "UART.STM32_UART": {"frequency": _FREQUENCY},
    "UART.STM32F7_USART": {"frequency": _FREQUENCY, "lowPowerMode": Flag()},
}
_OF_EVERY_TYPE: Mapping[str, Kind] = {"size": _SIZE}


class _Window(NamedTuple):
    """Addresses of the system bus at which an entry answers; `end` is the first one behind them."""

    start: int
    end: int
    entry: Entry
    location: Location


def check_limits(description: Description) -> None:
    """Raise ReplError, with the place in the file, for the first thing that cannot be."""
    for entry in description.entries.values():
        _check_properties(entry)
    windows = [w for entry in description.entries.values() for w in _windows(entry)]
    if len(windows) > MAX_REGISTRATIONS:
        raise _error(
            windows[MAX_REGISTRATIONS].location,
            f"more than {MAX_REGISTRATIONS} registrations at the system bus",
            "leave out what the firmware does not use",
        )
    for window in windows:
        _check_window(window)
    _check_devices(windows)
    _check_memories(windows)
    _check_interrupts(description)
    _check_monitor(description)


def _check_properties(entry: Entry) -> None:
    kinds = {**_OF_EVERY_TYPE, **_PROPERTIES.get(entry.type, {})}
    for name, value in entry.properties.items():
        kind = kinds.get(name)
        if kind is not None and not kind.accepts(value):
            raise _error(
                entry.location_of(name),
                f"{name} of '{entry.name}' is {_shown(value)}",
                f"write {kind}",
            )


def _windows(entry: Entry) -> Iterator[_Window]:
    size = entry.properties.get("size")
    for registration in entry.registrations:
        start = registration.address
        if start is None or registration.parent != types.SYSTEM_BUS:
            continue
        location = registration.location or entry.location
        length = size if isinstance(size, int) else 1
        if registration.size is not None and entry.type != types.MEMORY:
            length = registration.size
        yield _Window(start, start + length, entry, location)


def _check_window(window: _Window) -> None:
    name = window.entry.name
    if window.entry.type == types.MEMORY and "size" not in window.entry.properties:
        raise _error(window.entry.location, f"the memory '{name}' has no size", "add size: 0x...")
    if window.start >= window.end:
        raise _error(window.location, f"'{name}' has no addresses", "write <address, +size>")
    if window.start < 0 or window.end > _ADDRESS_SPACE:
        raise _error(
            window.location,
            f"'{name}' is at {window.start:#x} to {window.end - 1:#x}, beyond 32 bits",
            "addresses of a Cortex-M end at 0xffffffff; write <address, +size> to give a size",
        )
    own = next((start for start in _CORE if window.start < start < window.end), None)
    if own is not None:
        raise _error(
            window.location,
            f"'{name}' is at {window.start:#x} to {window.end - 1:#x}, over the core's own "
            f"registers at {own:#x}",
            "correct the address or the size",
        )


def _check_devices(windows: list[_Window]) -> None:
    taken = 0
    for window in windows:
        if window.entry.type != types.MEMORY:
            taken += window.end - window.start
            if taken > _ADDRESS_SPACE:
                raise _error(
                    window.location,
                    "the windows of the peripherals together are larger than the address space",
                    "write <address, +size> to give a size",
                )


def _check_memories(windows: list[_Window]) -> None:
    memories = sorted((w for w in windows if w.entry.type == types.MEMORY), key=lambda w: w.start)
    for lower, upper in pairwise(memories):
        if upper.start < lower.end:
            raise _error(
                upper.location,
                f"the memory '{upper.entry.name}' at {upper.start:#x} overlaps "
                f"'{lower.entry.name}', which is at {lower.start:#x} to {lower.end - 1:#x}",
                "correct an address or a size",
            )
    sizes = {w.entry.name: w.end - w.start for w in memories}
    if sum(sizes.values()) > MAX_MEMORIES:
        last = memories[-1]
        raise _error(
            last.location,
            f"the memories have more than {MAX_MEMORIES >> 20} MiB together",
            "leave out what the firmware does not use",
        )


def _check_interrupts(description: Description) -> None:
    controllers = {e.name for e in description.entries.values() if e.type == types.NVIC}
    for entry in description.entries.values():
        for wire in entry.wires:
            if wire.target in controllers and wire.pin >= MOST_INTERRUPTS:
                raise _error(
                    entry.location,
                    f"'{entry.name}' is wired to interrupt {wire.pin} of '{wire.target}'",
                    f"an NVIC has interrupts 0 to {MOST_INTERRUPTS - 1}",
                )


def _check_monitor(description: Description) -> None:
    for entry in description.entries.values():
        _check_writes(entry)
    taken = 0
    for tag in monitor.tags(description):
        taken += tag.end - tag.begin
        if tag.begin >= tag.end or tag.end > _ADDRESS_SPACE or taken > _ADDRESS_SPACE:
            raise _error(
                description.entries[types.SYSTEM_BUS].location_of("init"),
                f"the tag '{tag.name}' is at {tag.begin:#x} to {tag.end - 1:#x}",
                "addresses of a Cortex-M end at 0xffffffff; write <address, +size> to give a size",
            )


def _check_writes(entry: Entry) -> None:
    size = entry.properties.get("size")
    for write in monitor.writes(entry.init):
        if isinstance(size, int) and write.offset + write.width > size:
            raise _error(
                entry.location_of("init"),
                f"init of '{entry.name}' writes at {write.offset:#x}, beyond its {size:#x} bytes",
                "offsets count from the first address of the entry",
            )
        if write.value >> 8 * write.width:
            raise _error(
                entry.location_of("init"),
                f"init of '{entry.name}' writes {write.value:#x} into {write.width} bytes",
                "WriteByte, WriteWord and WriteDoubleWord write 1, 2 and 4 bytes",
            )


def _shown(value: Value) -> str:
    text = value.name if isinstance(value, Reference) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _error(at: Location, message: str, hint: str) -> ReplError:
    return ReplError(message, file=at.file, line=at.line, column=at.column, hint=hint)
