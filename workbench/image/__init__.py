"""An ELF image: its segments, symbols, vector table and source lines."""

from workbench.image.image import Image

__all__ = ["Image"]
