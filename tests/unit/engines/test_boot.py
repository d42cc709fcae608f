"""Which vector table an image is started at."""

from __future__ import annotations

import pytest

from tests.unit.images import image_of, segment
from workbench.engines.boot import boot_of
from workbench.image import Image
from workbench.platform import Platform, read_platform

FLASH, BEHIND_BOOT_LOADER, RAM = 0x0800_0000, 0x0800_4000, 0x2000_0000


@pytest.fixture(scope="module")
def platform() -> Platform:
    """Boots from 0, where it shows its flash."""
    return read_platform("stm32f4_discovery")


def image_at(address: int) -> Image:
    return image_of(segment(address, bytes(64)), vector_table=address)


@pytest.mark.parametrize("address", [0, FLASH])
def test_an_image_where_the_part_boots_starts_there(address: int, platform: Platform) -> None:
    boot = boot_of(image_at(address), platform)
    assert (boot.vector_table, boot.warnings) == (0, ())


@pytest.mark.parametrize("address", [BEHIND_BOOT_LOADER, RAM])
def test_another_image_starts_at_its_own_table_with_a_warning(
    address: int, platform: Platform
) -> None:
    boot = boot_of(image_at(address), platform)
    assert boot.vector_table == address
    assert f"0x{address:08x}" in boot.warnings[0]
