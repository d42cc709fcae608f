"""The system bus: plain memories, devices, and the holes between them."""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

PAGE = 0x1000  # bytes: what a core maps and protects at once
_READ, _WRITE, _EXECUTE = 1, 2, 4  # permissions of a page, as UC_PROT_* of unicorn.h
READ_EXECUTE = _READ | _EXECUTE
READ_WRITE_EXECUTE = READ_EXECUTE | _WRITE
_FILLED_AT_ONCE = 1 << 20  # bytes


class BusError(Exception):
    """Nothing answers at `address`: a bus fault for the core, an error for the host."""

    def __init__(self, address: int) -> None:
        super().__init__(f"nothing is mapped at 0x{address:08x}")
        self.address = address


class MemoryMap(Protocol):
    """What a core accesses without asking, and where it asks: whole pages, by address."""

    def allocate(self, size: int) -> mmap.mmap:
        """Return zeroed host memory of a whole number of pages."""

    def map_memory(
        self, address: int, memory: mmap.mmap, size: int, permissions: int, offset: int = 0
    ) -> None:
        """Let the core access `size` bytes of `memory` from `offset` on, at `address`."""

    def map_device(self, address: int, size: int) -> None:
        """Let the core ask at every access to these pages."""

    def unmap(self, address: int, size: int) -> None:
        """Take pages out of the map."""

    def forget_code(self, address: int, size: int) -> None:
        """The bytes at `address` have changed, and what the core has translated of them."""


class Device(Protocol):
    """Anything that answers accesses itself; `width` is 1, 2 or 4 bytes, little-endian."""

    def read(self, offset: int, width: int) -> int: ...

    def write(self, offset: int, width: int, value: int) -> None: ...


@dataclass(frozen=True)
class Window:
    """A device and the addresses it answers at."""

    start: int
    end: int
    device: Device
    name: str
    is_background: bool = False  # a tag: answers only where nothing else does


class ConstantDevice:
    """A tag of the .repl: reads give its value, writes are ignored."""

    def __init__(self, value: int) -> None:
        self._value = value

    def read(self, offset: int, width: int) -> int:
        return self._value & (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        pass


def _give_back(memory: mmap.mmap) -> bool:
    """Make all bytes 0 by giving the host its pages back, where the host can."""
    advice = getattr(mmap, "MADV_REMOVE", None)
    if advice is None:
        return False
    try:
        memory.madvise(advice)
    except OSError:
        return False
    return True


class Store:
    """Host memory of one memory of the part; several address ranges may show it."""

    def __init__(self, name: str, memory: mmap.mmap, size: int, is_flash: bool) -> None:
        self.name = name
        self.memory = memory
        self.size = size
        self.is_flash = is_flash

    def fill(self, byte: bytes) -> None:
        """Set every byte to the same value."""
        if byte == b"\0" and _give_back(self.memory):
            return
        for start in range(0, len(self.memory), _FILLED_AT_ONCE):
            end = min(start + _FILLED_AT_ONCE, len(self.memory))
            self.memory[start:end] = byte * (end - start)


@dataclass(frozen=True)
class Range:
    """Addresses at which a store is visible."""

    start: int
    end: int
    store: Store


class StoreDevice:
    """The part of a store that shares a page with something else: answered access by access."""

    def __init__(self, store: Store, skip: int) -> None:
        self._store = store
        self._skip = skip

    def read(self, offset: int, width: int) -> int:
        start = self._skip + offset
        return int.from_bytes(self._store.memory[start : start + width], "little")

    def write(self, offset: int, width: int, value: int) -> None:
        if self._store.is_flash:
            raise BusError(offset)
        start = self._skip + offset
        self._store.memory[start : start + width] = value.to_bytes(width, "little")


class Bus:
    """The address map of a machine, shared by the core, DMA and the host."""

    def __init__(self, core: MemoryMap) -> None:
        self._core = core
        self.stores: list[Store] = []
        self.ranges: list[Range] = []
        self._range_starts: list[int] = []
        self._windows: list[Window] = []
        self._window_starts: list[int] = []
        self._last_range: Range | None = None
        self.mapped: list[tuple[int, int, bool]] = []  # pages in the core: start, end, is flash
        self._device_pages: set[int] = set()
        self._diverted: dict[int, Window] = {}  # by page number

    # -- building ------------------------------------------------------------------------------

    def add_store(self, name: str, size: int, is_flash: bool) -> Store:
        """Create a memory of `size` bytes, zeroed."""
        memory = self._core.allocate(-(-size // PAGE) * PAGE)
        store = Store(name, memory, size, is_flash)
        self.stores.append(store)
        return store

    def show_store(self, store: Store, start: int) -> None:
        """Make `store` visible from `start` on."""
        self.ranges.append(Range(start, start + store.size, store))

    def add_device(self, device: Device, start: int, size: int, name: str) -> None:
        """Let `device` answer from `start` on; a smaller window inside a larger one wins."""
        self._windows.append(Window(start, start + size, device, name))

    def add_tag(self, value: int, start: int, end: int, name: str) -> None:
        """Answer with `value` wherever nothing else does in [start, end)."""
        self._windows.append(Window(start, end, ConstantDevice(value), name, is_background=True))

    def connect(self) -> None:
        """Map everything into the core, once all stores and devices are known."""
        self.ranges.sort(key=lambda r: r.start)
        device_pages = self._device_pages
        for window in self._windows:
            device_pages.update(range(window.start // PAGE, -(-window.end // PAGE)))
        extra: list[Window] = []
        for shown in self.ranges:
            extra += self._map_range(shown, device_pages)
        self._windows = _flatten(self._windows + extra)
        for start, end in _runs(device_pages):
            self._core.map_device(start * PAGE, (end - start) * PAGE)
        self._range_starts = [r.start for r in self.ranges]
        self._window_starts = [w.start for w in self._windows]

    def _map_range(self, shown: Range, device_pages: set[int]) -> Iterator[Window]:
        """Map the whole pages that `shown` has for itself; the rest becomes device windows."""
        permissions = READ_EXECUTE if shown.store.is_flash else READ_WRITE_EXECUTE
        first, last = -(-shown.start // PAGE), shown.end // PAGE
        whole = [p for p in range(first, last) if p not in device_pages]
        if shown.start % PAGE:
            whole = []  # its pages do not line up with those of the host memory
        for start, end in _runs(set(whole)):
            offset = start * PAGE - shown.start
            self._core.map_memory(
                start * PAGE, shown.store.memory, (end - start) * PAGE, permissions, offset
            )
            self.mapped.append((start * PAGE, end * PAGE, shown.store.is_flash))
        mapped = set(whole)
        for page in range(shown.start // PAGE, -(-shown.end // PAGE)):
            if page in mapped:
                continue
            device_pages.add(page)
            begin = max(shown.start, page * PAGE)
            end = min(shown.end, (page + 1) * PAGE)
            device = StoreDevice(shown.store, begin - shown.start)
            yield Window(begin, end, device, shown.store.name)

    def divert(self, start: int, end: int, on: bool) -> None:
        """Answer accesses to these pages of RAM one by one (on), or let the core do it (off)."""
        for page in range(start // PAGE, end // PAGE) if on else [*self._diverted]:
            address = page * PAGE
            shown = self.range_at(address)
            if shown is None or shown.store.is_flash or not start <= address < end:
                continue
            if on == (page in self._diverted):
                continue
            offset = address - shown.start
            self._core.unmap(address, PAGE)
            if on:
                self._core.map_device(address, PAGE)
                device = StoreDevice(shown.store, offset)
                self._diverted[page] = Window(address, address + PAGE, device, shown.store.name)
            else:
                self._core.map_memory(address, shown.store.memory, PAGE, READ_WRITE_EXECUTE, offset)
                del self._diverted[page]

    # -- access --------------------------------------------------------------------------------

    def is_mapped(self, page: int) -> bool:
        """Return whether anything of the page that begins at `page` is in the map."""
        if page // PAGE in self._device_pages:
            return True
        return any(start <= page < end for start, end, _ in self.mapped)

    def window_at(self, address: int) -> Window | None:
        """Return the device window that holds `address`, or None."""
        index = bisect_right(self._window_starts, address) - 1
        if index >= 0 and address < self._windows[index].end:
            return self._windows[index]
        return self._diverted.get(address // PAGE)

    def range_at(self, address: int) -> Range | None:
        """Return the memory range that holds `address`, or None."""
        last = self._last_range
        if last is not None and last.start <= address < last.end:
            return last
        index = bisect_right(self._range_starts, address) - 1
        if index >= 0 and address < self.ranges[index].end:
            self._last_range = self.ranges[index]
            return self._last_range
        return None

    def read(self, address: int, size: int) -> bytes:
        """Read as a bus master; devices are read in the widest aligned pieces."""
        shown = self.range_at(address)
        if shown is not None and address + size <= shown.end:
            offset = address - shown.start
            return shown.store.memory[offset : offset + size]
        return b"".join(self._read_piece(start, width) for start, width in _pieces(address, size))

    def write(self, address: int, data: bytes) -> None:
        """Write as a bus master: into memories, flash excluded, and devices."""
        self._write(address, data, into_flash=False)

    def program(self, address: int, data: bytes) -> None:
        """Write as a programmer does: into flash too."""
        self._write(address, data, into_flash=True)

    def write_stack(self, address: int, data: bytes) -> None:
        """Write a stacked frame: as `write`, but faster, and only for memory without code."""
        shown = self.range_at(address)
        if shown is None or address + len(data) > shown.end or shown.store.is_flash:
            self.write(address, data)
            return
        offset = address - shown.start
        shown.store.memory[offset : offset + len(data)] = data

    def _write(self, address: int, data: bytes, into_flash: bool) -> None:
        shown = self.range_at(address)
        if shown is not None and address + len(data) <= shown.end:
            if shown.store.is_flash and not into_flash:
                raise BusError(address)
            offset = address - shown.start
            shown.store.memory[offset : offset + len(data)] = data
            for alias in self.aliases(address):
                self._core.forget_code(alias, len(data))
            return
        for start, width in _pieces(address, len(data)):
            piece = data[start - address : start - address + width]
            self._write_piece(start, piece, into_flash)

    def aliases(self, address: int) -> Iterator[int]:
        """Yield the addresses at which the plain memory at `address` is visible, with its own."""
        shown = self.range_at(address)
        for one in self.ranges:
            if shown is not None and one.store is shown.store:
                yield one.start + address - shown.start

    def _read_piece(self, address: int, width: int) -> bytes:
        shown = self.range_at(address)
        if shown is not None:
            return self.read(address, width)
        window = self.window_at(address)
        if window is None:
            raise BusError(address)
        return window.device.read(address - window.start, width).to_bytes(width, "little")

    def _write_piece(self, address: int, piece: bytes, into_flash: bool) -> None:
        if self.range_at(address) is not None:
            self._write(address, piece, into_flash)
            return
        window = self.window_at(address)
        if window is None:
            raise BusError(address)
        value = int.from_bytes(piece, "little")
        window.device.write(address - window.start, len(piece), value)


def _pieces(address: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut into aligned pieces of 4, 2 or 1 bytes."""
    end = address + size
    while address < end:
        width = next(w for w in (4, 2, 1) if address % w == 0 and address + w <= end)
        yield address, width
        address += width


def _runs(pages: set[int]) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of each run of consecutive numbers."""
    start = end = None
    for page in sorted(pages):
        if page == end:
            end = page + 1
            continue
        if start is not None and end is not None:
            yield start, end
        start, end = page, page + 1
    if start is not None and end is not None:
        yield start, end


@dataclass(frozen=True)
class _Slice:
    """A device seen from an offset on, for a window that a smaller one cuts into pieces."""

    device: Device
    skip: int

    def read(self, offset: int, width: int) -> int:
        return self.device.read(offset + self.skip, width)

    def write(self, offset: int, width: int, value: int) -> None:
        self.device.write(offset + self.skip, width, value)


def _flatten(windows: list[Window]) -> list[Window]:
    """Sort and cut so that no two overlap; the smaller of two windows keeps its addresses."""
    result: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.is_background, w.end - w.start)):
        free = [(window.start, window.end)]
        for taken in result:
            free = [
                piece
                for start, end in free
                for piece in ((start, min(end, taken.start)), (max(start, taken.end), end))
                if piece[0] < piece[1]
            ]
        for start, end in free:
            skip = start - window.start
            device = _Slice(window.device, skip) if skip else window.device
            result.append(replace(window, start=start, end=end, device=device))
    return sorted(result, key=lambda w: w.start)
