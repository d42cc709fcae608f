"""The machine that GDB debugs, with its flash as a debug probe programs it."""

from __future__ import annotations

import struct
from dataclasses import replace

from workbench.armv7m.thumb import BKPT_SEMIHOSTING, is_breakpoint
from workbench.engines.base import StopReason
from workbench.errors import UserError
from workbench.fault.explanation import explain
from workbench.fault.text import lines
from workbench.image import Image
from workbench.image.elf import Segment
from workbench.machine import LoadedMachine, capture

_ERASED = b"\xff"
_HALFWORD = struct.Struct("<H")
_ADDRESSES = 1 << 32
_LARGEST_BLOCK = 0x1000


class Board:
    """An engine with an image loaded; `erase`, `program` and `finish` put another one into flash.

    What was programmed is there after a reset too, as on a board: the image is replaced.
    """

    def __init__(self, machine: LoadedMachine) -> None:
        self.engine = machine.engine
        self._machine = machine
        self._erased: list[tuple[int, int]] = []
        self._programmed: list[tuple[int, bytes]] = []
        self._is_changed = False
        self.bkpts = _bkpts(machine.image)

    @property
    def name(self) -> str:
        return f"{self._machine.platform.name} on the {self.engine.name} engine"

    def crash(self, reason: StopReason) -> str:
        """Say in lines why the run that ended so crashed, "" where it did not."""
        if not reason.kind.is_crash:
            return ""
        diagnosis = explain(capture(self._machine, reason)).diagnosis
        return "".join(f"{line}\n" for line in lines(diagnosis)) if diagnosis else ""

    def reset(self) -> None:
        """Power-on reset, with what flash was programmed with."""
        if self._is_changed:
            self._is_changed = False
            self.engine.load(self._machine.image, self._machine.platform)
        else:
            self.engine.reset()

    def memory_map(self) -> str:
        """Return what GDB asks for as qXfer:memory-map: flash, and everything else as RAM.

        Peripherals must be in it: GDB refuses to access what is not.
        """
        regions = []
        end = 0
        for start, stop in sorted(self._machine.platform.flash_ranges):
            block = min(_LARGEST_BLOCK, (start | stop) & -(start | stop))
            regions += [_region("ram", end, start)] if end < start else []
            regions.append(_region("flash", start, stop, block))
            end = stop
        regions += [_region("ram", end, _ADDRESSES)] if end < _ADDRESSES else []
        head = (
            '<?xml version="1.0"?>\n<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory '
            'Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd">\n'
        )
        return "\n".join([f"{head}<memory-map>", *regions, "</memory-map>", ""])

    def erase(self, address: int, size: int) -> None:
        """Note that a piece of flash is to be erased."""
        self._check_flash(address, size)
        self._erased.append((address, size))

    def program(self, address: int, data: bytes) -> None:
        """Note what is to be programmed."""
        self._check_flash(address, len(data))
        self._programmed.append((address, data))

    def finish(self) -> None:
        """Do what was noted, now and at each reset from here on."""
        changes = [(address, _ERASED * size) for address, size in self._erased]
        changes += self._programmed
        self._erased, self._programmed = [], []
        for address, data in changes:
            self.engine.memory.write(address, data)
        added = (Segment(a, a, data, executable=True) for a, data in changes)
        image = self._machine.image
        image = replace(image, segments=(*image.segments, *added))
        self._machine = replace(self._machine, image=image)
        self._is_changed = True
        self.bkpts = _bkpts(image)

    def _check_flash(self, address: int, size: int) -> None:
        for start, end in self._machine.platform.flash_ranges:
            if start <= address and address + size <= end:
                return
        raise UserError(
            f"0x{address:08x}..0x{address + size - 1:08x} is not flash",
            "Was the program linked for another part?",
        )


def _bkpts(image: Image) -> frozenset[int]:
    """Where BKPT instructions of `image` may stand, semihosting calls excepted.

    What only looks like one, data or the end of a 32-bit instruction, is never executed as one.
    """
    return frozenset(
        segment.virtual + 2 * index
        for segment in image.segments
        if segment.executable
        for index, (halfword,) in enumerate(_HALFWORD.iter_unpack(_whole_halfwords(segment.data)))
        if is_breakpoint(halfword) and halfword != BKPT_SEMIHOSTING
    )


def _whole_halfwords(data: bytes) -> bytes:
    return data[: len(data) & ~1]


def _region(kind: str, start: int, end: int, block: int = 0) -> str:
    head = f'<memory type="{kind}" start="0x{start:x}" length="0x{end - start:x}"'
    return (
        f'{head}><property name="blocksize">0x{block:x}</property></memory>'
        if block
        else head + "/>"
    )
