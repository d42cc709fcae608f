"""A region of the MPU, as RBAR and RASR state it (ARM DDI 0403E, B3.5.8 and B3.5.9)."""

from __future__ import annotations

from dataclasses import dataclass

_ENABLE, _XN = 1 << 0, 1 << 28  # of RASR
_BASE = ~0x1F  # of RBAR
_ATTRIBUTES = 0x003B_0000  # of RASR: TEX, C and B; all 0 is Strongly-ordered (table B3-13)
_SMALLEST_WITH_SUBREGIONS = 256  # bytes
_SUBREGIONS = 8

# AP of RASR -> (privileged read, privileged write, unprivileged read, unprivileged write), table
# B3-15; AP 4 is reserved
_ACCESS = {
    0: (False, False, False, False),
    1: (True, True, False, False),
    2: (True, True, True, False),
    3: (True, True, True, True),
    5: (True, False, False, False),
    6: (True, False, True, False),
    7: (True, False, True, False),
}


@dataclass(frozen=True)
class MpuRegion:
    """An enabled region: [start, end), AP, XN, and its disabled subregions as a bit mask.

    strongly_ordered: its memory is, so that the core waits for every store.
    """

    number: int
    start: int
    end: int
    access: int
    execute_never: bool
    disabled: int = 0
    strongly_ordered: bool = False

    @classmethod
    def of(cls, number: int, rbar: int, rasr: int) -> MpuRegion | None:
        """Return the region that the registers set up, None where it is not enabled."""
        if not rasr & _ENABLE:
            return None
        size = 2 << (rasr >> 1 & 0x1F)
        start = rbar & _BASE & ~(size - 1)
        return cls(
            number=number,
            start=start,
            end=start + size,
            access=rasr >> 24 & 7,
            execute_never=bool(rasr & _XN),
            disabled=rasr >> 8 & 0xFF,
            strongly_ordered=not rasr & _ATTRIBUTES,
        )

    @property
    def size(self) -> int:
        return self.end - self.start

    def holds(self, address: int) -> bool:
        """Return whether the region decides about `address`: it is in no disabled subregion."""
        if not self.start <= address < self.end:
            return False
        if self.size < _SMALLEST_WITH_SUBREGIONS:
            return True
        return not self.disabled >> (address - self.start) * _SUBREGIONS // self.size & 1

    def may_read(self, privileged: bool) -> bool:
        """Return whether code of that privilege may read from it."""
        return _ACCESS.get(self.access, _ACCESS[0])[0 if privileged else 2]

    def may_write(self, privileged: bool) -> bool:
        """Return whether code of that privilege may write to it."""
        return _ACCESS.get(self.access, _ACCESS[0])[1 if privileged else 3]

    @property
    def borders(self) -> frozenset[int]:
        """The addresses at which it begins or ceases to decide."""
        parts = 1
        if self.disabled and self.size >= _SMALLEST_WITH_SUBREGIONS:
            parts = _SUBREGIONS
        step = self.size // parts
        return frozenset(self.start + step * part for part in range(parts + 1))

    def __str__(self) -> str:
        return f"MPU region {self.number} (0x{self.start:08x}..0x{self.end - 1:08x})"
