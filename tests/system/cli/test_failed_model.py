"""Firmware whose model does not start is a failed check under every command."""

import pytest

from workbench.cli.app import run
from workbench.dut import DeviceUnderTest
from workbench.engines.base import Seconds
from workbench.errors import CheckFailedError, LinkError
from workbench.image import Image
from workbench.platform import select_platform
from workbench.runs.inference import boot
from workbench.support.resources import resource

BOARD = "stm32f4_discovery"
ON_BOARD = ("--platform", BOARD, "--engine", "embedded")
RECORDING = resource("firmware") / "models" / "keyword_spotter" / "recordings" / "yes_en-gb.wav"
SAYS = "the model does not start: arena too small"


@pytest.fixture(scope="module")
def elf(firmware_image):
    return firmware_image(BOARD, arena_bytes=512).elf


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("measure", "--function", "app::Inference::Start"),
        ("measure", "--function", "main", "--features", str(RECORDING)),
        ("profile",),
        ("profile", "--features", str(RECORDING)),
    ],
    ids=lambda command: " ".join(word.rsplit("/", 1)[-1] for word in command),
)
def test_a_command_exits_with_1_and_tells_the_models_error(command, elf, capsys):
    name, *options = command
    code = run([name, str(elf), *ON_BOARD, *options])
    captured = capsys.readouterr()
    assert code == 1
    assert SAYS in captured.err + captured.out


def test_a_pattern_that_comes_is_all_that_was_asked_for(elf, capsys):
    assert run(["run", str(elf), *ON_BOARD, "--until", "model failed"]) == 0


def test_a_session_does_not_begin(elf):
    image, platform = Image.from_file(elf), select_platform(BOARD)
    with pytest.raises(LinkError, match=SAYS), boot(image, platform, "embedded"):
        pass


def test_a_device_under_test_fails_when_it_boots_and_when_it_runs(elf):
    with DeviceUnderTest("embedded") as device:
        device.load(Image.from_file(elf), select_platform(BOARD))
        with pytest.raises(CheckFailedError, match=SAYS):
            device.run(Seconds(0.1))
        device.reset()
        with pytest.raises(CheckFailedError, match=f"no line with 'ready': {SAYS}"):
            device.wait_for_line("ready")
        device.reset()
        assert "error 19" in device.wait_for_line("model failed")
        device.reset()
        with pytest.raises(LinkError, match=SAYS):
            device.boot()


def test_a_robot_suite_fails_with_a_check_not_a_broken_set_up(elf, tmp_path, capsys):
    suite = tmp_path / "mine.robot"
    suite.write_text(
        "*** Settings ***\n"
        f"Library    workbench.robot.Workbench    engine=embedded    platform={BOARD}\n"
        "*** Test Cases ***\n"
        "Boots\n"
        f"    Boot Firmware    {elf}\n"
    )
    code = run(["test", str(suite), "--output", str(tmp_path / "out")])
    assert code == 1
    assert SAYS in capsys.readouterr().out
