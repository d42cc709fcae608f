"""What memory an image takes of a part, and whether the part has it, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Peak:
    """The operator at which the activations take the most memory, and how much that is."""

    operator: int
    name: str
    bytes: int


@dataclass(frozen=True)
class MemoryNeed:
    """What an image takes of a part, in bytes.

    arena: the least with which the model starts. flash and ram: all, the arena and the stack in
    it. peak: None where TensorFlow's own runtime is linked, which does not say.
    """

    arena: int
    flash: int
    flash_capacity: int
    ram: int
    ram_capacity: int
    peak: Peak | None = None

    @property
    def missing_flash(self) -> int:
        """Bytes of flash that the board would have to have besides."""
        return max(0, self.flash - self.flash_capacity)

    @property
    def missing_ram(self) -> int:
        """Bytes of RAM that the board would have to have besides."""
        return max(0, self.ram - self.ram_capacity)

    @property
    def fits(self) -> bool:
        """Return whether the board holds it."""
        return not self.missing_flash and not self.missing_ram

    @property
    def shortage(self) -> str:
        """Say what is missing: "31,320 bytes of RAM"; "" where it fits."""
        missing = ((self.missing_flash, "flash"), (self.missing_ram, "RAM"))
        return " and ".join(f"{size:,} bytes of {what}" for size, what in missing if size)
