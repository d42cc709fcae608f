"""Boot, check, count and explain TinyML firmware for Cortex-M4 on emulated boards."""

__version__ = "0.1.0"
