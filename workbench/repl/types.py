"""Renode's names of the peripheral types that the workbench itself asks for."""

from __future__ import annotations

MEMORY = "Memory.MappedMemory"
NVIC = "IRQControllers.NVIC"
CPU, CORTEX_M = "CPU.", "CPU.CortexM"
BUS = "Bus."
SYSTEM_BUS = "sysbus"  # the name of the entry that every peripheral registers at
UART = "UART."
BIT_BAND = "Miscellaneous.BitBanding"
BUTTON = "Miscellaneous.Button"
GPIO_PORT = "GPIOPort."
"""Names that end in a dot begin those of several types."""
