"""The pytest plugin: a fixture `machine`, which is a board with firmware on it, at reset.

    pytest --workbench-elf build/firmware.elf --workbench-platform stm32f4_discovery

    def test_says_yes(machine):
        machine.boot()
        machine.inject(Path("yes.wav"))
        assert machine.last_answer.label == "yes"

    @pytest.mark.workbench(elf="build/other.elf", platform="nrf52840_dk", engine="embedded")
    def test_other(machine):
        assert "ready" in machine.wait_for_line("ready")

`machine` is a `workbench.dut.DeviceUnderTest`. A marker goes before the command line. When a test
fails, its report shows the UART transcript, the last instructions, registers and the fault. What
the engine warns of is a warning of pytest.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.text import printable

if TYPE_CHECKING:
    from workbench.dut import DeviceUnderTest

MARKER = "workbench"
_OPTIONS = ("elf", "platform", "engine", "uart_pacing", "fail_pattern", "model")
_COMMAND_LINE = ("elf", "platform", "engine", "uart_pacing")
_DEVICE = pytest.StashKey["DeviceUnderTest"]()


class EngineWarning(UserWarning):
    """What an engine has warned of while a test ran."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options `--workbench-...`."""
    group = parser.getgroup("workbench", "firmware on emulated boards")
    group.addoption("--workbench-elf", help="the ELF that `machine` runs")
    group.addoption("--workbench-platform", help="a board by name, or the folder of a platform")
    group.addoption(
        "--workbench-engine", default="auto", help="auto, renode or embedded (default: auto)"
    )
    group.addoption("--workbench-uart-pacing", help="baud or off (default: as the platform says)")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}({', '.join(_OPTIONS)}): what the fixture `machine` runs",
    )


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Iterator[DeviceUnderTest]:
    """A board with the firmware of the marker or the command line on it, at reset."""
    from workbench.dut import DeviceUnderTest
    from workbench.errors import UserError
    from workbench.image import Image
    from workbench.platform import select_platform

    wanted = _wanted(request)
    if not wanted.get("elf"):
        raise UserError(
            "no firmware is named for the fixture `machine`",
            f"give --workbench-elf, or mark the test: @pytest.mark.{MARKER}(elf=...)",
        )
    patterns = [wanted["fail_pattern"]] if wanted.get("fail_pattern") else []
    image = Image.from_file(wanted["elf"])
    platform = select_platform(wanted.get("platform"), uart_pacing=wanted.get("uart_pacing"))
    with DeviceUnderTest(wanted.get("engine") or "auto", patterns) as device:
        device.load(image, platform, Path(wanted["model"]) if wanted.get("model") else None)
        request.node.stash[_DEVICE] = device
        yield device
        for text in device.warnings:
            warnings.warn(EngineWarning(printable(text)), stacklevel=1)
        del request.node.stash[_DEVICE]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, None]:
    """Show with a failure what is known of the machine, while it is still there."""
    outcome = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed or _DEVICE not in item.stash:
        return
    report.sections.append(("workbench", _evidence(item.stash[_DEVICE])))


def _evidence(device: DeviceUnderTest) -> str:
    from workbench.errors import WorkbenchError

    try:
        return "\n".join(device.evidence().lines())
    except WorkbenchError as error:
        return f"the machine cannot be looked at: {error.message}"


def _wanted(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    """The options of the test: of its nearest marker, else of the command line."""
    config = request.config
    wanted = {
        name: config.getoption(f"--workbench-{name.replace('_', '-')}") for name in _COMMAND_LINE
    }
    marker = request.node.get_closest_marker(MARKER)
    if marker is not None:
        unknown = sorted(set(marker.kwargs) - set(_OPTIONS))
        if unknown or marker.args:
            raise pytest.UsageError(
                f"@pytest.mark.{MARKER} takes the keywords {', '.join(_OPTIONS)}"
            )
        wanted.update(marker.kwargs)
    return wanted
