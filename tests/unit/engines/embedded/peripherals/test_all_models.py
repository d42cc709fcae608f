"""What holds for every model."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.embedded.peripherals.registry import MODELS
from workbench.platform import names, read_platform

# Types that make no sense without these.
PROPERTIES: dict[str, dict[str, Any]] = {
    "Python.PythonPeripheral": {"script": "request.Value = 7", "size": 0x100}
}
TYPES = sorted(MODELS)
# Memory, and what lies in the backup domain: a system reset leaves it, power-on does not.
KEEP_OVER_RESET = {"Memory.ArrayMemory", "Miscellaneous.STM32F4_RCC", "Timers.STM32F4_RTC"}


def bench(type_name: str) -> Bench:
    return Bench(type_name, ("", 0, 1), **PROPERTIES.get(type_name, {}))


@pytest.mark.parametrize("type_name", TYPES)
def test_reset_brings_back_what_power_on_gave(type_name):
    """All state is in what `reset` sets: after any writes, a reset block reads as a new one."""
    used, fresh = bench(type_name), bench(type_name)
    scribble(used, seed=1)
    if type_name in KEEP_OVER_RESET:
        used.model.power_on()
        fresh.model.power_on()
    else:
        used.model.reset()
    offsets = range(0, 0x600, 4)
    assert [used[offset] for offset in offsets] == [fresh[offset] for offset in offsets]


@pytest.mark.parametrize("type_name", TYPES)
def test_saved_state_is_complete(type_name):
    """A block that takes over a saved state goes on as the one that saved it."""
    first, second = bench(type_name), bench(type_name)
    scribble(first, seed=2)
    second.clock.now = first.clock.now
    for own, other in zip(second.clock.timers, first.clock.timers, strict=True):
        own.deadline = other.deadline
    second.model.restore(first.model.save())
    for block in (first, second):
        block.clock.advance(1_000_000)
    offsets = range(0, 0x600, 4)
    assert [first[offset] for offset in offsets] == [second[offset] for offset in offsets]


@pytest.mark.parametrize("type_name", TYPES)
def test_any_access_is_answered(type_name):
    """No access of the firmware raises, and what is read fits into the width."""
    block, randomness = bench(type_name), random.Random(3)
    for _ in range(2_000):
        width = randomness.choice((1, 2, 4))
        offset = randomness.randrange(0, 0x1000, width)
        block.model.write(offset, width, randomness.getrandbits(8 * width))
        block.clock.advance(randomness.choice((0, 1, 1_000)))
        assert 0 <= block.model.read(offset, width) < 1 << 8 * width


def scribble(block: Bench, seed: int) -> None:
    randomness = random.Random(seed)
    for _ in range(300):
        block[randomness.randrange(0, 0x600, 4)] = randomness.choice(
            (1, 0xFFFF_FFFF, randomness.getrandbits(32))
        )
        block.clock.advance(randomness.choice((0, 7, 5_000)))


@pytest.mark.parametrize("platform", names())
def test_blocks_of_our_platforms_have_models(platform):
    """Exceptions are those that firmware of this project has no use for."""
    own = ("CPU.", "IRQControllers.NVIC", "Memory.MappedMemory", "Miscellaneous.BitBanding")
    unmodelled = {
        entry.type
        for entry in read_platform(platform).description.entries.values()
        if entry.type not in MODELS and not entry.type.startswith((*own, "Bus."))
    }
    assert unmodelled <= {
        "Miscellaneous.DWT",  # the core's own
        "Sound.NRF52840_I2S",
        "Sound.NRF52840_PDM",
        "Wireless.NRF52840_Radio",
    }


def test_type_without_model_is_storage_and_says_so_once():
    block = Bench("Sound.Gramophone")
    assert block.warnings == []
    block[0x10] = 5
    assert block[0x10] == 5
    assert block.warnings == [
        "block: Sound.Gramophone has no model in the embedded engine, it is plain storage; "
        "first write to 0x40000010"
    ]
