"""Buttons and pins at given moments of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.endings import standing
from tests.unit.fault.machines import image
from tests.unit.scripted_engine import SECONDS_PER_INSTRUCTION, ScriptedEngine, Step
from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.errors import UserError
from workbench.platform import read_platform
from workbench.runs.stimuli import StimulatedRun, parse_pin, parse_press


@pytest.fixture(scope="module")
def discovery():
    return read_platform("stm32f4_discovery")


@pytest.fixture(scope="module")
def nrf():
    return read_platform("nrf52840_dk")


LOOP = 0x0800_0000


class Board(ScriptedEngine):
    """Executes one endless loop and notes when it is driven."""

    def __init__(self, length: int = 10_000) -> None:
        super().__init__([Step(LOOP)] * length)
        self.driven: list[tuple[int, str, int, bool]] = []

    def drive(self, port: str, pin: int, level: bool) -> None:
        self.driven.append((self.instructions, port, pin, level))


@pytest.fixture
def stimulated(discovery):
    """A board of one million instructions a second, as the scripted engine has."""
    mips = round(1 / SECONDS_PER_INSTRUCTION / 1e6)

    def make(*texts: str, length: int = 10_000) -> tuple[Board, StimulatedRun]:
        board = Board(length)
        stimuli = [one for text in texts for one in parse_press(text, discovery)]
        return board, StimulatedRun(
            standing(board, image(), replace(discovery, mips=mips)), stimuli
        )

    return make


def test_a_button_is_pressed_and_released(discovery):
    press, release = parse_press("userButton@200ms+50ms", discovery)
    assert (press.seconds, release.seconds) == pytest.approx((0.2, 0.25))
    assert (press.drive.port, press.drive.pin, press.drive.level) == ("gpioPortA", 0, True)
    assert not release.drive.level


def test_a_button_that_is_not_told_otherwise_is_held_for_100_ms(discovery):
    press, release = parse_press("userButton@1s", discovery)
    assert release.seconds - press.seconds == pytest.approx(0.1)


def test_an_inverted_button_drives_low_while_it_is_pressed(nrf):
    press, release = parse_press("button1@1ms", nrf)
    assert (press.drive.port, press.drive.pin) == ("gpio0", 11)
    assert (press.drive.level, release.drive.level) == (False, True)


def test_renodes_longer_names_are_taken(discovery):
    names = ("userButton", "gpioPortA.userButton", "sysbus.gpioPortA.userButton")
    assert len({parse_press(f"{name}@1s", discovery)[0] for name in names}) == 1


def test_a_pin_gets_a_level(discovery):
    (set_pin,) = parse_pin("gpioPortC@13=low@5ms", discovery)
    assert set_pin.seconds == pytest.approx(0.005)
    assert set_pin.drive == type(set_pin.drive)("gpioPortC", 13, False)


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (parse_press, "blueButton@1s", "userButton"),
        (parse_press, "userButton", "userButton@200ms"),
        (parse_press, "userButton@soon", "200ms"),
        (parse_press, "userButton@500", "200ms"),
        (parse_press, "userButton@1s+", "userButton@200ms"),
        (parse_pin, "gpioPortZ@1=high@1s", "gpioPortA"),
        (parse_pin, "gpiote@1=high@1s", "gpioPortA"),
        (parse_pin, "gpioPortA=high@1s", "gpioPortA@3=high"),
        (parse_pin, "gpioPortA@1=up@1s", "high or low"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(discovery, parse, text, said):
    with pytest.raises(UserError) as caught:
        parse(text, discovery)
    assert said in caught.value.message + (caught.value.hint or "")


def test_a_run_does_what_is_to_be_done_at_its_moment(stimulated):
    board, run = stimulated("userButton@3ms+2ms", "userButton@1ms+1ms")
    reason = run.run(Stop(), Seconds(0.008))
    assert [(count, level) for count, _, _, level in board.driven] == [
        (1000, True),
        (2000, False),
        (3000, True),
        (5000, False),
    ]
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 8000)


def test_a_limit_in_instructions_is_exact(stimulated):
    board, run = stimulated("userButton@1ms", "userButton@50ms")
    reason = run.run(Stop(), Instructions(4321))
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 4321)
    assert [count for count, *_ in board.driven] == [1000]


def test_a_run_that_stops_goes_on_where_it_was(stimulated):
    board, run = stimulated("userButton@1ms+2ms")
    run.run(Stop(), Instructions(1500))
    run.run(Stop(), Instructions(8000))
    assert [count for count, *_ in board.driven] == [1000, 3000]


def test_a_run_ends_before_what_comes_too_late(stimulated):
    board, run = stimulated("userButton@5s")
    assert run.run(Stop(), Seconds(0.001)).instructions == 1000
    assert not board.driven


def test_a_core_that_sleeps_waits_for_what_is_to_come(stimulated):
    board, run = stimulated("userButton@9ms", length=10)
    assert run.run(Stop(), Seconds(1)).kind is StopKind.IDLE
    assert [level for *_, level in board.driven] == [True, False]


def test_a_run_that_ends_by_itself_ends_before_what_was_to_come(stimulated):
    board, run = stimulated("userButton@9ms")
    stop = Stop(pc=frozenset({LOOP}))
    assert run.run(stop, Seconds(1)).kind is StopKind.PC
    assert not board.driven
