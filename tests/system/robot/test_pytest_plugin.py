"""The pytest plugin, in a pytest of its own."""

import subprocess
import sys
from importlib import metadata

import pytest

from tests import needs

TESTS = """
from pathlib import Path

def test_boots(machine):
    assert machine.boot().board == "stm32f4_discovery"

def test_fails(machine):
    assert "ready" not in machine.wait_for_line("ready")
"""


@pytest.fixture
def run_pytest(tmp_path):
    """Return a function that runs tests with the plugin and gives the code and what was said."""
    installed = metadata.entry_points(group="pytest11", name="workbench")
    plugin = [] if installed else ["-p", "workbench.pytest_plugin"]

    def call(text, *options):
        (tmp_path / "test_it.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", *plugin, *options, "test_it.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    return call


def test_the_machine_runs_and_a_failure_shows_its_console(run_pytest, firmware_image):
    elf = firmware_image("stm32f4_discovery").elf
    code, said = run_pytest(
        TESTS,
        *("--workbench-elf", elf, "--workbench-platform", "stm32f4_discovery"),
        *("--workbench-engine", "embedded"),
    )
    assert code == 1
    assert "1 failed, 1 passed" in said
    assert "UART transcript:" in said
    assert "Last instructions:" in said


CRASHES = """
from workbench.engines.base import Seconds

def test_crashes(machine):
    machine.run(Seconds(0.01))
"""


@pytest.mark.renode
def test_what_only_silicon_faults_on_fails_a_test_on_renode(run_pytest, reads_nowhere):
    needs.renode()
    code, said = run_pytest(
        CRASHES,
        *("--workbench-elf", str(reads_nowhere), "--workbench-platform", "stm32f4_discovery"),
        *("--workbench-engine", "renode"),
    )
    assert code == 1
    title = "BusFault escalated to HardFault: read of 4 bytes from 0x60000000, where nothing is"
    assert f"the firmware faulted: {title}" in said
    assert "seen by the embedded engine, which executes the same beside renode" in said
    assert "EngineWarning" not in said


@pytest.mark.renode
def test_a_warning_of_the_engine_is_one_of_pytest(run_pytest, ends_itself):
    needs.renode()
    code, said = run_pytest(
        CRASHES,
        *("--workbench-elf", str(ends_itself), "--workbench-platform", "stm32f4_discovery"),
        *("--workbench-engine", "renode"),
    )
    assert code == 0, said
    assert said.count("EngineWarning: semihosting call") == 1


def test_a_marker_names_the_firmware(run_pytest, firmware_image):
    elf = firmware_image("nrf52840_dk").elf
    code, said = run_pytest(
        "import pytest\n\n"
        f"@pytest.mark.workbench(elf={str(elf)!r}, platform='nrf52840_dk', engine='embedded')\n"
        "def test_boots(machine):\n    assert machine.boot().board == 'nrf52840_dk'\n"
    )
    assert code == 0, said


def test_no_firmware_is_told(run_pytest):
    code, said = run_pytest("def test_boots(machine):\n    pass\n")
    assert code == 1
    assert "--workbench-elf" in said


PACED = """
import pytest

def test_as_the_command_line_says(machine):
    assert machine.platform.uart_pacing == "off"

@pytest.mark.workbench(uart_pacing="baud")
def test_as_the_marker_says(machine):
    assert machine.platform.uart_pacing == "baud"
"""


def test_bytes_come_as_the_marker_or_the_command_line_says(run_pytest, firmware_image):
    code, said = run_pytest(
        PACED,
        *("--workbench-elf", firmware_image("nrf52840_dk").elf),
        *("--workbench-platform", "nrf52840_dk", "--workbench-engine", "embedded"),
        *("--workbench-uart-pacing", "off"),
    )
    assert code == 0, said
