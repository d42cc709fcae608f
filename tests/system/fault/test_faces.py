"""Every face that runs firmware shows why it crashed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.system.programs import OPTIMISED
from workbench.cli.app import app
from workbench.dut import DeviceUnderTest
from workbench.engines.base import Seconds
from workbench.errors import CheckFailedError
from workbench.image import Image
from workbench.platform import Platform
from workbench.runs.parity import Stimulus, parity, require_parity

from .conftest import PLAIN, Compile

TITLE = "BusFault escalated to HardFault: read of 4 bytes from 0x60000000"
OPTIONS = ("-O1", "-g", "-DCRASH=read_nowhere")


@pytest.fixture
def elf(compiled: Compile) -> str:
    return str(compiled(options=OPTIONS))


def call(*words: str) -> tuple[int, str]:
    """Call the command line; return its exit code and all that it printed."""
    done = CliRunner().invoke(app, [*words, "--platform", "stm32f4_discovery"])
    return done.exit_code, done.output + str(done.exception or "")


def test_run_shows_the_crash(elf: str) -> None:
    code, said = call("run", elf, "--engine", "embedded")
    assert code == 1
    assert TITLE in said
    assert "called from middle (crashes.c:" in said


def test_run_gives_the_crash_as_json(elf: str) -> None:
    _, said = call("run", elf, "--engine", "embedded", "--json")
    crash = json.loads(said[: said.rindex("}") + 1])["diagnosis"]
    assert crash["title"].startswith(TITLE)
    assert [one["function"] for one in crash["calls"]][:2] == ["deep", "middle"]


@pytest.mark.parametrize("command", ["measure", "profile"])
def test_what_never_ended_because_of_a_crash_says_so(command: str, elf: str) -> None:
    code, said = call(command, elf, "--engine", "embedded", "--function", "deep")
    assert code == 1
    assert TITLE in said


def test_a_measurement_before_the_crash_is_shown_with_it(elf: str) -> None:
    code, said = call("measure", elf, "--engine", "embedded", "--function", "use")
    assert code == 1
    assert "instructions over " in said
    assert "then the firmware crashed:" in said
    assert TITLE in said


def test_what_a_crash_kept_from_being_measured_has_the_crash_as_json(elf: str) -> None:
    code, said = call("measure", elf, "--engine", "embedded", "--function", "deep", "--json")
    report = json.loads(said[: said.rindex("}") + 1])
    assert code == 1
    assert report["measurement"]["calls"] == []
    assert report["diagnosis"]["title"].startswith(TITLE)


def test_a_crash_that_both_engines_show_fails_parity(elf: str, platform: Platform) -> None:
    stimulus, same = Stimulus(Seconds(1)), ("embedded", "embedded")
    report = parity(Image.from_file(elf), platform, stimulus, same)
    assert report.difference is None
    with pytest.raises(CheckFailedError, match=re.escape(TITLE)):
        require_parity(report)


def test_an_exit_code_that_both_engines_show_fails_parity(
    compiled: Compile, platform: Platform
) -> None:
    stimulus, same = Stimulus(Seconds(1)), ("embedded", "embedded")
    report = parity(Image.from_file(compiled("semihost", OPTIMISED)), platform, stimulus, same)
    assert report.difference is None
    with pytest.raises(CheckFailedError, match="exit code 3"):
        require_parity(report)


def test_firmware_that_answers_on_neither_engine_fails_parity(
    compiled: Compile, platform: Platform
) -> None:
    stimulus = Stimulus(Seconds(0.01), (Path("yes.wav"),), function="main")
    same = ("embedded", "embedded")
    report = parity(Image.from_file(compiled(options=PLAIN)), platform, stimulus, same)
    assert report.difference is None
    with pytest.raises(CheckFailedError, match="on both engines the firmware did not come up"):
        require_parity(report)


def test_firmware_that_takes_no_features_is_told_as_such(elf: str) -> None:
    _, said = call("profile", elf, "--engine", "embedded", "--features", "yes.wav")
    assert "does not speak the workbench's protocol" in said
    assert "--input" in said


@pytest.mark.parametrize("command", ["measure", "profile"])
def test_a_crash_is_not_mended_by_a_higher_limit(command: str, elf: str) -> None:
    _, said = call(command, elf, "--engine", "embedded", "--function", "deep")
    assert "--limit" not in said


def test_a_whole_run_that_ends_in_a_crash_is_profiled_and_says_so(elf: str) -> None:
    code, said = call("profile", elf, "--engine", "embedded")
    assert code == 1
    assert "whole run on stm32f4_discovery" in said
    assert "then the firmware crashed:" in said
    assert TITLE in said


def test_the_evidence_of_a_failed_test_holds_it(elf: str, platform: Platform) -> None:
    with DeviceUnderTest("embedded") as device:
        device.load(Image.from_file(elf), platform)
        assert device.wait_for_fault().kinds >= {"BusFault", "HardFault", "PRECISERR"}
        text = "\n".join(device.evidence().lines())
    assert f"Fault: {TITLE}" in text
    assert "called from middle (crashes.c:" in text


def test_a_run_without_a_crash_has_no_diagnosis(compiled: Compile) -> None:
    _, said = call("run", str(compiled(options=PLAIN)), "--engine", "embedded", "--json")
    assert json.loads(said[: said.rindex("}") + 1])["diagnosis"] is None
