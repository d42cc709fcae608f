"""Firmware that waits for a button and for an edge on a pin, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import needs
from workbench.cli.app import run as workbench
from workbench.dut import DeviceUnderTest
from workbench.engines.base import Seconds, StopKind
from workbench.errors import UserError
from workbench.image import Image
from workbench.machine import open_machine
from workbench.platform import Platform
from workbench.runs.running import RunResult, run_image
from workbench.runs.stimuli import parse_pin, parse_press

from .conftest import Program

ENGINES = ["embedded", pytest.param("renode", marks=pytest.mark.renode)]


@pytest.fixture(scope="session")
def button_elf(program: Program) -> Path:
    return program("button")


@pytest.fixture(scope="module", params=ENGINES)
def board(
    request: pytest.FixtureRequest, button_elf: Path, platform: Platform
) -> Iterator[DeviceUnderTest]:
    """The board with the firmware on it."""
    if request.param == "renode":
        needs.renode()
    with DeviceUnderTest(request.param) as device:
        device.load(Image.from_file(button_elf), platform)
        yield device


@pytest.fixture
def device(board: DeviceUnderTest) -> DeviceUnderTest:
    """The board, waiting for the button."""
    board.reset()
    board.wait_for_line("waiting")
    return board


def test_a_button_is_seen_pressed_and_released(device: DeviceUnderTest) -> None:
    device.press_button("userButton")
    assert device.wait_for_line("ed$", Seconds(0.01)) == "pressed"
    device.release_button("gpioPortA.userButton")
    assert device.wait_for_line("ed$", Seconds(0.01)) == "released"
    device.press_and_release_button("userButton")
    assert device.wait_for_line("ed$", Seconds(0.01)) == "pressed"
    assert device.wait_for_line("ed$", Seconds(0.01)) == "released"


def test_an_edge_on_a_pin_interrupts(device: DeviceUnderTest) -> None:
    for level in (True, False, True):
        device.set_pin("gpioPortA", 3, level)
        device.run(Seconds(0.001))
    assert device.transcript.endswith(b"waiting\nedge\nedge\n")


def test_what_is_not_on_the_board_is_told_with_what_is(device: DeviceUnderTest) -> None:
    with pytest.raises(UserError, match=r"no button 'reset'") as caught:
        device.press_button("reset")
    assert "userButton" in (caught.value.hint or "")
    with pytest.raises(UserError, match="gpioPortA has no pin 16"):
        device.set_pin("gpioPortA", 16, True)


def test_what_led_to_a_failure_is_found_again_with_the_buttons(device: DeviceUnderTest) -> None:
    device.press_button("userButton")
    device.wait_for_line("pressed")
    evidence = device.evidence()
    assert any(one.function == "say" for one in evidence.executed), evidence.note


@pytest.mark.renode
def test_both_engines_count_the_same(button_elf: Path, platform: Platform) -> None:
    needs.renode()
    stimuli = [
        *parse_press("userButton@100ms+77ms", platform),
        *parse_pin("gpioPortA@3=high@50ms", platform),
        *parse_pin("gpioPortA@3=low@60ms", platform),
        *parse_pin("gpioPortA@3=high@70ms", platform),
    ]

    def run(engine: str) -> RunResult:
        image = Image.from_file(button_elf)
        with open_machine(engine, image, platform) as machine:
            limit = Seconds(0.5)
            return run_image(machine, limit, b"released", stimuli=stimuli)

    ours, theirs = run("embedded"), run("renode")
    assert ours.stop is theirs.stop is StopKind.UART
    assert ours.uart == theirs.uart == "waiting\nedge\nedge\npressed\nreleased"
    assert ours.instructions == theirs.instructions


def test_on_the_command_line(button_elf: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    options = ["--platform", "stm32f4_discovery", "--engine", "embedded", "--limit", "200ms"]
    stimuli = ["--press", "userButton@10ms+5ms", "--pin", "gpioPortA@3=high@30ms"]
    assert workbench(["run", str(button_elf), *options, *stimuli, "--until", "edge"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"waiting\npressed\nreleased\nedge")
    assert workbench(["run", str(button_elf), *options, "--press", "blueButton@10ms"]) == 2
    assert b"there are: userButton" in capfdbinary.readouterr().err
