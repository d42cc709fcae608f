"""Which function handles an exception: the vector table as the machine has it now."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.fault.memory import WORD, View
from workbench.image import Image
from workbench.image.elf import Symbol

_VTOR = 0xE000ED08  # ARM DDI 0403E, B3.2.5
_MOST_VECTORS = 512  # exception numbers have 9 bits (B1.4.2)


class Handlers:
    """The vectors of one machine; its functions are those of `image`."""

    def __init__(self, image: Image, view: View) -> None:
        self._image = image
        self._view = view

    def of(self, exception: int) -> Symbol | None:
        """Return the function that the vector of an exception names, None for none."""
        vector = self.vector(exception) if exception else None
        return self._image.function_at(vector & ~1) if vector else None

    def vector(self, exception: int) -> int | None:
        """Return the word of the vector table for an exception, None where it cannot be read."""
        return self._view.word(self._table + WORD * exception)

    def sharing(self, address: int) -> list[int]:
        """Return the exceptions whose vectors lead to the code at `address`."""
        return [number for number, vector in self._vectors() if vector & ~1 == address]

    @property
    def _table(self) -> int:
        vtor = self._view.word(_VTOR)
        return self._image.vector_table if vtor is None else vtor or self._image.vector_table

    def _vectors(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers and vectors of the exceptions, up to the first word that is neither a
        vector nor 0: that is behind the table.
        """
        for number in range(1, _MOST_VECTORS):
            vector = self._view.word(self._table + WORD * number)
            if vector is None or (vector and self._image.function_at(vector & ~1) is None):
                return
            if vector and not vector & 1:
                return
            yield number, vector
