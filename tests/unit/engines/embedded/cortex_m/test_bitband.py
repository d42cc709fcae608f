"""Bit-band aliases (Cortex-M4 TRM, DDI 0439B, 3.7)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.cortex_m.double import MEMORY_BYTES, RAM, Part
from workbench.engines.embedded.cortex_m.bitband import BitBand

BYTE, BIT = 0x123, 5
WORD = 32 * BYTE + 4 * BIT


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.mark.parametrize("value", [0, 1, 3])
def test_a_word_of_the_alias_is_one_bit(value: int, part: Part) -> None:
    assert WORD < 32 * MEMORY_BYTES
    part.bus.write(RAM + BYTE, b"\x55")
    alias = BitBand(part.bus, RAM)
    alias.write(WORD, 4, value)
    assert alias.read(WORD, 4) == value & 1
    assert part.bus.read(RAM + BYTE, 1)[0] == 0x55 & ~(1 << BIT) | (value & 1) << BIT


def test_the_other_bytes_of_a_word_are_0(part: Part) -> None:
    part.bus.write(RAM + BYTE, b"\xff")
    alias = BitBand(part.bus, RAM)
    alias.write(WORD + 1, 1, 0)
    assert (alias.read(WORD, 1), alias.read(WORD + 1, 1)) == (1, 0)
