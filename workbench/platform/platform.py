"""A platform: what the .repl says, and what platform.toml says beside it.

A platform is found by its name (`stm32f4_discovery`), by its folder, or made from a .repl alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.errors import PlatformError
from workbench.platform.bus_masters import BusMasters, read_bus_masters
from workbench.platform.cores import Core, core_named
from workbench.platform.installed import SearchPath, installed_folder, installed_names
from workbench.platform.settings import SETTINGS, read_settings
from workbench.platform.uart_pacing import UartPacing
from workbench.repl import read, types
from workbench.repl.description import Description, Entry
from workbench.repl.limits import check_limits
from workbench.support.resources import resource

# Renode's default for a cpu entry that does not say.
DEFAULT_MIPS = 100

_NO_PORT = "TasksEvents"  # nRF's GPIOTE is among Renode's ports, and has no pins of its own

_FLASH_WORDS = ("flash", "rom", "xip")


@dataclass(frozen=True)
class MemoryRegion:
    """A memory of the part; `kind` is "flash" or "ram"."""

    name: str
    kind: str
    origin: int
    size: int


@dataclass(frozen=True)
class Platform:
    """A board or a part that an image can run on.

    uart: name of the console's .repl entry.
    clock_hz: core clock that the board's firmware sets up, for latency.
    mips: million instructions a second of virtual time (`PerformanceInMips` of the cpu entry,
        100 where it says nothing, as in Renode).
    core: what executes; its name is the cpuType where the workbench knows nothing of it.
    vector_table: address the core takes its initial SP and PC from at reset; None means where
        the image has its vector table.
    report_clocks_hz: core clocks for which latencies are reported.
    flash_timing: the table [flash_timing] of platform.toml as it stands, for `workbench.timing`.
    interrupts: lines of the interrupt controller, None for as many as the core can have.
    systick_divider: SysTick's reference clock is the core clock divided by this; 0: it has none.
    systick_calibration: what SYST_CALIB reads; None: the part does not say.
    bus_masters: what DMA controllers and other bus masters beside the core reach.
    uart_pacing: how fast the bytes come that the console receives.
    """

    name: str
    title: str
    repl: Path
    description: Description
    uart: str
    clock_hz: int
    mips: int
    memories: tuple[MemoryRegion, ...]
    core: Core
    vector_table: int | None = None
    mcu: str = ""
    report_clocks_hz: tuple[int, ...] = ()
    flash_timing: Mapping[str, Any] = field(default_factory=dict)
    interrupts: int | None = None
    systick_divider: int = 0
    systick_calibration: int | None = None
    bus_masters: BusMasters = field(default_factory=BusMasters)
    uart_pacing: UartPacing = UartPacing.BAUD

    @property
    def uarts(self) -> tuple[str, ...]:
        """Names of all entries that can be the console."""
        return _uarts(self.description)

    @property
    def buttons(self) -> tuple[str, ...]:
        """Names of the buttons."""
        entries = self.description.entries.values()
        return tuple(entry.name for entry in entries if entry.type == types.BUTTON)

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the GPIO ports."""
        entries = self.description.entries.values()
        ports = (entry for entry in entries if entry.type.startswith(types.GPIO_PORT))
        return tuple(port.name for port in ports if _NO_PORT not in port.type)

    @property
    def flash_ranges(self) -> tuple[tuple[int, int], ...]:
        """Where flash is visible: (start, end) of each range, aliases included."""
        found = []
        for memory in self.memories:
            entry = self.description.entries.get(memory.name) if memory.kind == "flash" else None
            for registration in entry.registrations if entry else ():
                if registration.address is not None:
                    found.append((registration.address, registration.address + memory.size))
        return tuple(found)


def names() -> tuple[str, ...]:
    """Return the names of the platforms that ship with the workbench, and that packages bring."""
    folder = resource("platforms")
    own = sorted(found.parent.name for found in folder.glob(f"*/{SETTINGS}"))
    return tuple(dict.fromkeys((*own, *installed_names())))


def select_platform(
    which: str | Path | None,
    *,
    repl: Path | None = None,
    uart: str | None = None,
    uart_pacing: str | None = None,
) -> Platform:
    """Return the platform of a command line: `--platform WHICH` or `--repl FILE`, not both.

    uart, uart_pacing: other ones than the platform's own.
    """
    pacing = None if uart_pacing is None else _pacing(uart_pacing)
    if which is not None and repl is not None:
        raise PlatformError("both --platform and --repl are given", "give one of them")
    if repl is not None:
        found = read_repl(repl, uart=uart)
    elif which is None:
        raise PlatformError(
            "no platform is given", f"add --platform {' or '.join(names())}, or --repl FILE"
        )
    else:
        found = read_platform(which, uart=uart)
    return found if pacing is None else replace(found, uart_pacing=pacing)


def read_platform(which: str | Path, *, uart: str | None = None) -> Platform:
    """Return the platform with that name, or the one in that folder.

    A folder goes before a name; of names the workbench's own, then those that packages bring.

    uart: another console than the platform's own.
    Raises PlatformError for what does not hold together and ReplError for a bad .repl.
    """
    folder = _folder(which)
    source = folder / SETTINGS
    settings = read_settings(source)
    clock = settings["clock"]
    repl = folder / settings.get("repl", f"{folder.name}.repl")
    description = _read(repl, ())
    core = _core(description)
    return Platform(
        name=folder.name,
        title=settings["title"],
        repl=repl,
        description=description,
        uart=_console(description, uart or settings["uart"], repl),
        clock_hz=clock,
        mips=_mips(description),
        memories=_memories(description, settings.get("memories"), source),
        core=core,
        vector_table=settings.get("vector_table"),
        mcu=settings["mcu"],
        report_clocks_hz=tuple(settings.get("report_clocks", [clock])),
        flash_timing=settings.get("flash_timing", {}),
        interrupts=_interrupts(settings, core, source),
        systick_divider=settings.get("systick_divider", 0),
        systick_calibration=settings.get("systick_calibration"),
        bus_masters=read_bus_masters(
            settings.get("buses", {}), settings.get("bus_masters", {}), description, source
        ),
        uart_pacing=UartPacing(settings.get("uart_pacing", UartPacing.BAUD)),
    )


def read_repl(path: Path, *, uart: str | None = None, search: Sequence[Path] = ()) -> Platform:
    """Return a platform made from a .repl alone.

    The console is the first UART unless `uart` names another; the core clock is what the .repl
    gives as `systickFrequency`; `search` are folders for `using`, as Renode's own.
    """
    description = _read(path, search)
    mips = _mips(description)
    nvic = next((e for e in description.entries.values() if e.type == types.NVIC), None)
    systick = nvic.properties.get("systickFrequency") if nvic else None
    clock = systick if isinstance(systick, int) else mips * 1_000_000
    return Platform(
        name=path.stem,
        title=path.stem,
        repl=path,
        description=description,
        uart=_console(description, uart, path),
        clock_hz=clock,
        mips=mips,
        memories=_memories(description, None, path),
        core=_core(description),
        report_clocks_hz=(clock,),
        bus_masters=read_bus_masters({}, {}, description, path),
    )


def _folder(which: str | Path) -> Path:
    known = resource("platforms") / which
    for folder in (Path(which), known):
        if (folder / SETTINGS).is_file():
            return folder.resolve()
    brought = installed_folder(str(which))
    if brought is not None:
        return brought.resolve()
    if Path(which).is_dir():
        raise PlatformError(
            f"the folder '{which}' has no {SETTINGS}",
            "give the .repl with --repl instead, or add the file",
        )
    if str(which).endswith(".repl"):
        raise PlatformError(f"'{which}' is not the name of a platform", "use --repl for a file")
    close = difflib.get_close_matches(str(which), names(), n=1)
    raise PlatformError(
        f"no platform '{which}'",
        (f"did you mean {close[0]}? " if close else "")
        + f"known: {', '.join(names())}; a folder with {SETTINGS} or --repl FILE works too",
    )


def _read(path: Path, search: Sequence[Path]) -> Description:
    """Read a .repl of a microcontroller with 32-bit addresses; ReplError where it cannot be."""
    description = read(path, SearchPath(*search, resource("platforms")))
    cores = [e for e in description.entries.values() if e.type == types.CORTEX_M]
    if len(cores) != 1:
        raise PlatformError(
            f"{path} has {len(cores)} entries of type CPU.CortexM",
            "the workbench runs parts with one Cortex-M core",
        )
    check_limits(description)
    return description


def _uarts(description: Description) -> tuple[str, ...]:
    return tuple(
        name for name, entry in description.entries.items() if entry.type.startswith(types.UART)
    )


def _pacing(word: str) -> UartPacing:
    try:
        return UartPacing(word)
    except ValueError:
        known = " or ".join(UartPacing)
        raise PlatformError(f"no UART pacing '{word}'", f"choose {known}") from None


def _console(description: Description, wanted: str | None, source: Path) -> str:
    known = _uarts(description)
    if not known:
        raise PlatformError(f"{source} has no UART to be the console", "add a UART.* entry")
    if wanted is None:
        return known[0]
    name = wanted.removeprefix("sysbus.")
    if name not in known:
        raise PlatformError(
            f"{source} has no UART '{wanted}'", f"choose one of: {', '.join(known)}"
        )
    return name


def _cpu(description: Description) -> Entry:
    return next(e for e in description.entries.values() if e.type == types.CORTEX_M)


def _core(description: Description) -> Core:
    return core_named(_cpu(description).properties.get("cpuType"))


def _interrupts(settings: Mapping[str, Any], core: Core, source: Path) -> int | None:
    wanted: int | None = settings.get("interrupts")
    if wanted is not None and core.model is not None and wanted > core.model.interrupts:
        raise PlatformError(
            f"{source}: interrupts is {wanted}, and the NVIC of a {core.name} has at most "
            f"{core.model.interrupts}",
            "write how many lines the part has, or leave it out for all",
        )
    return wanted


def _mips(description: Description) -> int:
    mips = _cpu(description).properties.get("PerformanceInMips", DEFAULT_MIPS)
    assert isinstance(mips, int)  # `check_limits` has seen to it
    return mips


def _memories(
    description: Description, kinds: Mapping[str, str] | None, source: Path
) -> tuple[MemoryRegion, ...]:
    """The memories named in `kinds`, or all of the .repl with kinds guessed from their names."""
    if kinds is None:
        found = [e for e in description.entries.values() if e.type == types.MEMORY]
        regions = [_region(entry, _guess(entry.name)) for entry in found]
        return tuple(region for region in regions if region)
    regions = []
    for name, kind in kinds.items():
        entry = description.entries.get(name)
        region = _region(entry, kind) if entry else None
        if region is None:
            raise PlatformError(
                f"{source}: [memories] names '{name}', which is not a memory of the .repl",
                "memories are entries of type Memory.MappedMemory with a size on sysbus",
            )
        regions.append(region)
    return tuple(region for region in regions if region)


def _region(entry: Entry, kind: str) -> MemoryRegion | None:
    size = entry.properties.get("size")
    places = [r.address for r in entry.registrations if r.address is not None]
    if not isinstance(size, int) or not places:
        return None
    return MemoryRegion(entry.name, kind, places[0], size)


def _guess(name: str) -> str:
    return "flash" if any(word in name.lower() for word in _FLASH_WORDS) else "ram"
