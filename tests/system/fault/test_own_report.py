"""The demo firmware reports its faults on its console: it says what the host says."""

from __future__ import annotations

import re

import pytest

from tests.endings import diagnosis_of
from workbench.dut import DeviceUnderTest
from workbench.engines.base import Instructions, Stop
from workbench.fault.diagnosis import Diagnosis
from workbench.image import Image
from workbench.platform import read_platform

BOARDS = ["stm32f4_discovery", "nrf52840_dk"]
BROKEN = "tflite::MicroInterpreter::AllocateTensors"
PLENTY = Instructions(3_000_000)


@pytest.fixture(params=BOARDS)
def crashed(request, firmware_image):
    """A board whose firmware met an undefined instruction as it starts: diagnosis, own report."""
    board = request.param
    with DeviceUnderTest("embedded") as device:
        image, platform = Image.from_file(firmware_image(board).elf), read_platform(board)
        device.load(image, platform)
        device.break_function(BROKEN)
        engine = device.engine
        reason = engine.run(Stop(), PLENTY)
        crash = diagnosis_of(engine, image, platform, reason)
        engine.run(Stop(fault=False), PLENTY)
        yield crash, device.transcript.decode(errors="replace")


def test_its_report_is_the_diagnosis(crashed: tuple[Diagnosis, str]) -> None:
    crash, console = crashed
    report = re.search(r"fault: (\w+) pc=(\w+) lr=(\w+) sp=(\w+) cfsr=(\w+) hfsr=(\w+)", console)
    assert report is not None, console
    registers, status = crash.registers, crash.status
    said = [int(word, 16) for word in report.groups()[1:]]
    assert report[1] == crash.exception
    assert said[:3] == [registers["pc"], registers["lr"], registers["sp"]]
    assert said[3:] == [status["CFSR"], status["HFSR"]]
