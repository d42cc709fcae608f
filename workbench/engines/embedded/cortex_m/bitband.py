"""Bit-band aliases: a word for each bit (Cortex-M4 TRM, DDI 0439B, 3.7)."""

from __future__ import annotations

from workbench.engines.embedded.bus import Bus


class BitBand:
    """The alias region of the 1 MiB (or more) that begin at `base`."""

    def __init__(self, bus: Bus, base: int) -> None:
        self._bus = bus
        self._base = base

    def read(self, offset: int, width: int) -> int:
        """Return the bit that the alias word stands for, 0 or 1."""
        if offset % 4:
            return 0  # bits 1 to 31 of the word read as 0
        value, bit = self._byte(offset)
        return value >> bit & 1

    def write(self, offset: int, width: int, value: int) -> None:
        """Set the bit to bit 0 of `value`, by reading and writing its byte."""
        if offset % 4:
            return
        old, bit = self._byte(offset)
        new = old | 1 << bit if value & 1 else old & ~(1 << bit)
        self._bus.write(self._base + offset // 32, bytes([new]))

    def _byte(self, offset: int) -> tuple[int, int]:
        return self._bus.read(self._base + offset // 32, 1)[0], offset // 4 % 8
