"""How bytes come to the console: the suite says it, or the command line by ${UART_PACING}."""

from __future__ import annotations

import pytest

from workbench.platform import UartPacing
from workbench.robot import Workbench


class Variables:
    """Robot Framework's variables of a suite that runs."""

    def get_variable_value(self, name: str) -> str | None:
        return {"${UART_PACING}": "off"}.get(name)


@pytest.mark.parametrize(
    ("suite", "command_line", "expected"),
    [
        (None, False, UartPacing.BAUD),
        (None, True, UartPacing.OFF),
        ("off", False, UartPacing.OFF),
        ("baud", True, UartPacing.BAUD),
    ],
)
def test_the_suite_goes_before_the_command_line(
    suite, command_line, expected, firmware_image, monkeypatch
):
    if command_line:
        monkeypatch.setattr("workbench.robot.context.BuiltIn", Variables)
    library = Workbench("embedded", "nrf52840_dk", uart_pacing=suite)
    library.load_firmware(firmware_image("nrf52840_dk").elf)
    assert library.device.platform.uart_pacing is expected
    library.close()
