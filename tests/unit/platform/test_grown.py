"""Memories that reach as far as an image that was not linked to fit."""

import pytest

from tests.unit.images import image_of
from workbench.errors import PlatformError
from workbench.image.elf import Section
from workbench.platform import read_platform
from workbench.platform.grown import grown_for

RAM = 0x2000_0000


def image(*places):
    sections = (Section("", address, size, True, True, False) for address, size in places)
    return image_of(sections=tuple(sections))


def sizes(platform):
    return {memory.name: memory.size for memory in platform.memories}


def test_what_fits_changes_nothing():
    platform = read_platform("stm32f4_discovery")
    assert grown_for(image((0x0800_0000, 1 << 20), (RAM, 128 << 10)), platform) == platform


def test_the_last_of_two_memories_that_lie_together_grows():
    platform = read_platform("stm32f4_discovery")
    grown = grown_for(image((RAM, 0x400), (RAM + 0x400, 24 << 20)), platform)
    (changed,) = {name for name, size in sizes(grown).items() if size != sizes(platform)[name]}
    memory = next(memory for memory in grown.memories if memory.name == changed)
    assert memory.origin + memory.size == RAM + (24 << 20) + 0x1000
    assert grown.description.entries[changed].properties["size"] == memory.size


def test_sections_behind_one_another_grow_one_memory():
    platform = read_platform("nrf52840_dk")
    grown = grown_for(image((0, 0xFF000), (0xFF000, 0x80000), (0x17F000, 0x1000)), platform)
    assert 0x180000 in sizes(grown).values()


def test_what_lies_in_the_way_is_named():
    with pytest.raises(PlatformError, match=r"cannot reach 0x4000"):
        grown_for(image((RAM, 0x2000_1000)), read_platform("stm32f4_discovery"))
