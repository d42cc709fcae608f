"""Capstone, set up for the M profile."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def disassembler() -> Any:
    """Return the disassembler, with operands and registers of what it decodes."""
    from capstone import CS_ARCH_ARM, CS_MODE_MCLASS, CS_MODE_THUMB, Cs

    engine = Cs(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS)
    engine.detail = True
    return engine
