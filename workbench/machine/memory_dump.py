"""What memory held when a machine stopped."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Piece:
    """The bytes from `address` on."""

    address: int
    data: bytes = field(repr=False)

    @property
    def end(self) -> int:
        return self.address + len(self.data)


@dataclass(frozen=True)
class MemoryDump:
    """Pieces of memory, by ascending address; none overlaps or touches another."""

    pieces: tuple[Piece, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> MemoryDump:
        """Return the dump of `pieces`, which may touch or overlap; the first of two counts."""
        found: list[Piece] = []
        for piece in sorted(pieces, key=lambda one: one.address):
            last = found[-1] if found else None
            if last is None or piece.address > last.end:
                found.append(piece)
            elif piece.end > last.end:
                more = piece.data[last.end - piece.address :]
                found[-1] = Piece(last.address, last.data + more)
        return cls(tuple(found))

    def read(self, address: int, size: int) -> bytes | None:
        """Return `size` bytes, None where not all of them were kept."""
        index = bisect_right(self._starts, address) - 1
        if index < 0:
            return None
        piece = self.pieces[index]
        if address + size > piece.end:
            return None
        return piece.data[address - piece.address : address - piece.address + size]

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.address for piece in self.pieces]
