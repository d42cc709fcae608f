"""Python.PythonPeripheral, CombinedInput, and the scripts of our own platforms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.errors import PlatformError
from workbench.platform import read_platform


def script(text, **properties):
    return Bench("Python.PythonPeripheral", script=text, size=0x100, **properties)


def test_attributes_of_the_request_in_both_spellings():
    for text in (
        "if request.isRead:\n    request.value = request.offset + 1",
        "if request.IsRead:\n    request.Value = request.Offset + 1",
    ):
        assert script(text)[0x10] == 0x11


def test_variables_live_on_and_init_runs_at_reset():
    block = script(
        "if request.isInit:\n    count = 5\nelif request.isWrite:\n    count += request.value\n"
        "else:\n    request.value = count",
        initable=True,
    )
    block[0] = 3
    assert block[0] == 8
    block.model.reset()
    assert block[0] == 5


def test_functions_of_a_script_see_its_variables():
    block = script(
        "def bump():\n    global n\n    n += 1\n    return n\n"
        "if request.isInit:\n    n = 0\nelif request.isRead:\n    request.value = bump()",
        initable=True,
    )
    assert [block[0], block[0]] == [1, 2]


def test_script_from_a_file(tmp_path):
    path = tmp_path / "device.py"
    path.write_text("request.value = 0x2A")
    assert Bench("Python.PythonPeripheral", filename=str(path), size=4)[0] == 0x2A


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "neither script nor filename"),
        ({"filename": "/no/such/file.py"}, "cannot be read"),
        ({"script": "if"}, "line 1: it is not Python"),
    ],
)
def test_bad_script_is_the_users_error(properties, message):
    with pytest.raises(PlatformError, match=message):
        Bench("Python.PythonPeripheral", size=4, **properties)


def test_failing_script_names_the_peripheral():
    block = script("if request.isInit:\n    n = 1\nelse:\n    request.value = n")
    with pytest.raises(PlatformError, match=r"'block' fails at 0x10, line 4: .*'n' has no value"):
        block[0x10]


def test_combined_input_is_an_or():
    block = Bench("Miscellaneous.CombinedInput", numberOfInputs=3)
    block.model.signal(0, True)
    block.model.signal(2, True)
    block.model.signal(0, False)
    assert block.line
    block.model.signal(2, False)
    assert not block.line


def entry_on_bench(platform, name):
    entry = read_platform(platform).description.entries[name]
    properties: dict[str, Any] = dict(entry.properties)
    return Bench(entry.type, **properties)


def test_nrf52840_clock_script_starts_oscillators():
    clock = entry_on_bench("nrf52840_dk", "clock")
    clock[0x000] = 1
    assert (clock[0x100], clock[0x40C]) == (1, 0x10001)
    clock[0x100] = 0
    assert clock[0x100] == 0
    clock[0x518] = 1
    clock[0x008] = 1
    assert (clock[0x104], clock[0x418], clock[0x41C]) == (1, 0x10001, 1)
    clock[0x004] = clock[0x00C] = 1
    assert (clock[0x40C], clock[0x418]) == (0, 0)
    clock[0x304], clock[0x308] = 0b11, 0b01
    assert clock[0x304] == 0b10


def test_nrf52840_nvmc_script_is_ready_programs_and_erases():
    nvmc = entry_on_bench("nrf52840_dk", "nvmc")
    assert nvmc[0x400] == 1
    assert not nvmc.model.programs_flash
    nvmc[0x504] = 1
    assert nvmc.model.programs_flash
    nvmc[0x504] = 2
    nvmc[0x508] = 0x3000
    assert nvmc.bus.read(0x3000, 0x1001) == b"\xff" * 0x1000 + b"\0"
    nvmc[0x514] = 1  # ERASEUICR
    assert nvmc.bus.read(0x1000_1000, 4) == b"\xff" * 4


def test_nrf52840_temperature_and_adc_scripts():
    temp = entry_on_bench("nrf52840_dk", "temp")
    temp[0x000] = 1
    assert (temp[0x100], temp[0x508]) == (1, 100)
    saadc = entry_on_bench("nrf52840_dk", "saadc")
    saadc[0x630] = 4
    saadc[0x004] = 1
    assert (saadc[0x104], saadc[0x634]) == (1, 4)


def test_stm32_rng_script_gives_the_same_numbers_as_the_model():
    rng, model = entry_on_bench("stm32f4_discovery", "rng"), Bench("Miscellaneous.STM32F4_RNG")
    for block in (rng, model):
        assert block[4] == 0
        block[0] = 4
        assert block[4] == 1
    assert [rng[8] for _ in range(4)] == [model[8] for _ in range(4)]


def test_stm32_crc_script_gives_the_same_as_the_model():
    crc, model = entry_on_bench("stm32f4_discovery", "crc"), Bench("CRC.STM32_CRC")
    for word in (0x12345678, 0x9ABCDEF0, 0):
        crc[0] = model[0] = word
        assert crc[0] == model[0]
    crc[8] = model[8] = 1
    assert crc[0] == model[0] == 0xFFFF_FFFF


def test_stm32_spi_and_i2c_scripts():
    spi = entry_on_bench("stm32f4_discovery", "spi1")
    spi[0x0C] = 0x55
    assert (spi[0x08], spi[0x0C]) == (0x3, 0xFF)
    i2c = entry_on_bench("stm32f4_discovery", "i2c1")
    i2c[0x00] = 0x101
    assert i2c[0x14] & 1
    i2c[0x10] = 0x3C
    assert i2c[0x14] == 0x400


def test_stm32_usb_says_that_its_bus_is_idle():
    assert entry_on_bench("stm32f4_discovery", "usbOtgFs")[0x10] == 0x8000_0000
