"""What lies at an address."""

import pytest

from workbench.fault.addresses import Addresses

from .machines import image, platform, variable

BUFFER = variable("buffer", 0x2000_0100, 128)


@pytest.fixture(scope="module")
def addresses() -> Addresses:
    return Addresses(image((BUFFER, variable("last", 0x2000_1000, 4))), platform())


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (0x2000_0100, "at `buffer` (128 bytes), in RAM sram1"),
        (0x2000_0104, "4 bytes into `buffer` (128 bytes), in RAM sram1"),
        (0x2000_0180, "just past the end of `buffer` (128 bytes), in RAM sram1"),
        (0x2000_0184, "4 bytes past the end of `buffer` (128 bytes), in RAM sram1"),
        (0x2000_0800, "in RAM sram1"),
        (0x2002_0000, "just beyond the end of RAM sram2"),
        (0x2002_0010, "16 bytes beyond the end of RAM sram2"),
        (0x1FFF_FFFC, "4 bytes below the start of RAM sram1"),
        (0x0000_0000, "NULL, in flash"),
        (0x0000_0010, "NULL + 16, in flash"),
        (0x4001_1004, "in usart1"),
        (0xE000_ED88, "in nvic"),
        (0x6000_0000, "where nothing is"),
        (0x5F00_0000, "where peripherals are, but none of the .repl"),
        (0xA5A5_A5A9, "where nothing is, near 0xa5a5a5a5, what FreeRTOS fills stacks with"),
        (0x6C6C_6548, "where nothing is, its bytes are the text 'Hell'"),
    ],
)
def test_an_address_is_named_by_what_is_there_or_near(
    address: int, says: str, addresses: Addresses
) -> None:
    assert addresses.describe(address) == says


def test_bit_0_belongs_to_what_was_jumped_to(addresses: Addresses) -> None:
    assert "the text 'AAAA'" in addresses.describe(0x4141_4140, is_code=True)


@pytest.mark.parametrize(
    ("address", "size", "says"),
    [
        (0x2001_FFFC, 8, "ending 4 bytes beyond the end of RAM sram2"),
        (0x2001_FFFC, 4, "in RAM sram2"),
        (0x2001_BFFC, 8, "in RAM sram1"),
        (0x1000_FFF0, 32, "ending 16 bytes beyond the end of RAM ccm"),
        (0x5FFF_FFFC, 8, "where peripherals are, but none of the .repl"),
    ],
)
def test_what_reaches_out_of_a_memory_says_so(
    address: int, size: int, says: str, addresses: Addresses
) -> None:
    assert addresses.describe(address, size=size) == says
