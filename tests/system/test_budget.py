"""Budgets of firmware that does not speak our protocol: stack, instructions, latency."""

import pytest

from tests.system.programs import OPTIMISED, SOURCES, compile_source
from workbench.dut import DeviceUnderTest
from workbench.engines.base import Seconds
from workbench.errors import CheckFailedError, ImageError
from workbench.image import Image
from workbench.platform import select_platform

BOARD = "stm32f4_discovery"
LOCAL = 1024  # bytes of the array that is on the stack


@pytest.fixture(params=[(), ("-DWITH_HEAP",)], ids=["plain", "with a heap"])
def device(request, tmp_path):
    elf = compile_source(tmp_path / "b.elf", SOURCES / "budget.c", *OPTIMISED, *request.param)
    with DeviceUnderTest("embedded") as device:
        device.load(Image.from_file(elf), select_platform(BOARD))
        device.run(Seconds(0.01))
        yield device


def test_the_stack_is_what_was_written(device):
    assert LOCAL < device.stack_peak() < LOCAL + 128


def test_the_calls_of_a_function_are_counted(device):
    first, second, third = device.instructions_of("thrice").calls
    assert second > third > first > 10
    with pytest.raises(ImageError, match="no symbol 'twice'"):
        device.instructions_of("twice")


def test_without_a_function_all_counts(device):
    assert device.instructions_of().calls == (device.instructions,)


def test_the_latency_is_of_the_first_call_or_of_all_at_the_clock_of_the_platform(device):
    one, all_ = device.latency(function="thrice"), device.latency()
    assert one.clock_hz == all_.clock_hz == device.platform.clock_hz
    assert 0 < one.cycles.best < all_.cycles.best
    assert device.latency(1_000_000).clock_hz == 1_000_000


def test_looking_changes_nothing(device):
    before = device.instructions, device.engine.registers["sp"]
    device.stack_peak()
    device.latency(function="thrice")
    assert before == (device.instructions, device.engine.registers["sp"])


def test_a_function_that_was_not_called_is_a_failed_check(device):
    with pytest.raises(CheckFailedError, match="HardFaultHandler was not seen to end"):
        device.latency(function="HardFaultHandler")


SUITE = """*** Settings ***
Library    workbench.robot.Workbench    engine=embedded    platform=stm32f4_discovery

*** Test Cases ***
Holds
    Load Firmware    {elf}
    Run For    10ms
    Stack Should Be At Most    1,200
    Instructions Should Be At Most    100,000
    Instructions Should Be At Most    2,000    function=thrice
    Latency Should Be At Most    5 ms
    Latency Should Be At Most    1 ms    at=64 MHz    function=thrice

Stack Is Over
    Load Firmware    {elf}
    Run For    10ms
    Stack Should Be At Most    512

Instructions Are Over
    Load Firmware    {elf}
    Run For    10ms
    Instructions Should Be At Most    10    function=thrice
"""


def test_a_robot_suite_of_other_firmware(device, tmp_path, capsys):
    import json

    from workbench.cli.app import run

    suite = tmp_path / "mine.robot"
    suite.write_text(SUITE.format(elf=device.image.path))
    code = run(["test", str(suite), "--output", str(tmp_path / "out"), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert [test["passed"] for test in report["tests"]] == [True, False, False]
    assert "bytes of stack: 1," in report["tests"][1]["message"]
    assert "instructions of thrice: " in report["tests"][2]["message"]
    assert (code, report["broken"]) == (1, [])
