"""`workbench parity` as a user calls it."""

import json

import pytest

from tests import needs
from workbench.cli.app import run
from workbench.engines.base import Seconds
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import select_platform
from workbench.runs.parity import Stimulus, parity
from workbench.support.resources import resource

BOARD = "nrf52840_dk"
RECORDING = resource("firmware") / "models" / "keyword_spotter" / "recordings" / "yes_en-gb.wav"
SAME = ("embedded", "embedded")


@pytest.fixture
def elf(firmware_image):
    return firmware_image(BOARD).elf


@pytest.fixture
def renode():
    return needs.renode()


def test_what_is_compared_of_firmware_that_answers(elf):
    stimulus = Stimulus(Seconds(10), features=(RECORDING,))
    report = parity(Image.from_file(elf), select_platform(BOARD), stimulus, SAME)
    assert report.difference is None
    assert [step.what for step in report.compared] == [
        "instructions until it sleeps after boot",
        "instructions until it sleeps after HELLO",
        "output for yes_en-gb.wav",
        "console text",
        "instructions of tflite::MicroInterpreter::Invoke, call 1",
    ]


def test_what_is_compared_of_any_firmware(elf):
    stimulus = Stimulus(Seconds(1), begin="Reset_Handler", end="main")
    report = parity(Image.from_file(elf), select_platform(BOARD), stimulus, SAME)
    assert report.difference is None
    compared = {step.what: step.value for step in report.compared}
    assert compared["why the run ended"] == "idle"
    assert "ready" in compared["console"]
    assert int(compared["instructions of Reset_Handler to main, call 1"].replace(",", "")) > 100


def test_nothing_after_the_pattern_is_compared(elf):
    stimulus = Stimulus(Seconds(1), until=b"kernels")
    report = parity(Image.from_file(elf), select_platform(BOARD), stimulus, SAME)
    assert report.compared[0].value.endswith("kernels")


@pytest.mark.renode
def test_both_engines_show_the_same(renode, elf, capsys):
    code = run(["parity", str(elf), "-p", BOARD, "--features", str(RECORDING), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert code == 0, report["difference"]
    assert report["engines"] == ["embedded", "renode"]


def test_without_renode_it_says_what_to_do(elf, monkeypatch, capsys):
    monkeypatch.setenv("PYRENODE_BUILD_DIR", "/absent")
    for name in ("PYRENODE_BIN", "PYRENODE_PKG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(EmbeddedEngine, "load", _fails)  # it is said before anything runs
    assert run(["parity", str(elf), "-p", BOARD, "--limit", "1ms"]) == 2
    said = capsys.readouterr().err
    assert "parity runs on embedded and renode, and renode cannot be used: " in said
    assert "hint:" in said


def _fails(*_):
    raise AssertionError("the embedded engine was started")
