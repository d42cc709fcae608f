"""What to measure, as users say it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.endings import standing
from tests.unit.fault.machines import Pieces, Zeros, image, platform
from tests.unit.images import function, image_of, label
from tests.unit.link.fake_firmware import FakeFirmware
from workbench.engines.base import StopKind
from workbench.errors import LinkError, UserError
from workbench.runs.call_counter import BetweenPoints, FunctionCalls, Measurement
from workbench.runs.measure import counter_for, measure_inferences
from workbench.runs.points import address_of, never_seen

SYMBOLS = {"main": 0x0800_0200, "halt": 0x0800_0300}
IMAGE = image_of(
    symbols=(
        *(function(name, address) for name, address in SYMBOLS.items()),
        label("samples", 0x2000_0000),
    )
)


@pytest.mark.parametrize("point", ["main", "0x08000200", "0x08000201", str(0x0800_0200)])
def test_a_point_is_a_symbol_or_an_address_with_or_without_the_thumb_bit(point):
    assert address_of(IMAGE, point) == SYMBOLS["main"]


@pytest.mark.parametrize("point", ["", "-1", "0x100000000"])
def test_what_is_no_address_is_no_point(point):
    with pytest.raises(UserError, match="not an address"):
        address_of(IMAGE, point)


def test_data_is_no_point_that_is_ever_reached():
    with pytest.raises(UserError, match="'samples' is data at 0x20000000"):
        address_of(IMAGE, "samples")


def test_a_function_is_counted_by_its_calls():
    counter = counter_for(IMAGE, "main", None, None)
    assert isinstance(counter, FunctionCalls)
    assert counter.addresses == {SYMBOLS["main"]}


def test_instructions_are_counted_between_two_points():
    counter = counter_for(IMAGE, None, "main", "halt", wanted=3)
    assert isinstance(counter, BetweenPoints)
    assert counter.what == "main to halt"


@pytest.mark.parametrize(
    ("function", "begin", "end"),
    [(None, None, None), ("main", "main", "halt"), (None, "main", None), (None, None, "halt")],
)
def test_anything_but_one_of_the_two_is_refused(function, begin, end):
    with pytest.raises(UserError, match="what to measure"):
        counter_for(IMAGE, function, begin, end)


LATER = "exit code 0"


@pytest.mark.parametrize(
    ("begun", "stop", "detail", "says", "advises"),
    [
        (0, StopKind.LIMIT, "", "never reached: the limit", "raise --limit, give --input"),
        (1, StopKind.LIMIT, "", "not seen to end: the limit", "raise --limit"),
        (0, StopKind.IDLE, "", "never reached: the core sleeps", "give --input or --features"),
        (0, StopKind.IDLE, LATER, f"never reached: {LATER}", "runs before that"),
        (0, None, "", "never reached: all features were answered", "inlined"),
        (1, StopKind.FAULT, "", "not seen to end: the firmware crashed", ""),
    ],
)
def test_the_advice_fits_what_ended_the_run(begun, stop, detail, says, advises):
    error = never_seen(Measurement.of("main", (), begun), stop, detail)
    assert says in error.message
    assert advises in error.hint
    assert ("--limit" in error.hint) == (stop is StopKind.LIMIT)
    assert bool(error.hint) == bool(advises)


class Silent(FakeFirmware):
    """Says nothing, and the engine warns."""

    registers = Zeros()
    memory = Pieces({})

    def run(self, until, limit):
        return replace(super().run(until, limit), warnings=("no model of adc1",))


def test_firmware_that_does_not_come_up_is_told_with_what_the_engine_warned_of():
    machine = standing(Silent(lambda _: b""), image(), platform())
    with pytest.raises(LinkError, match="did not come up") as failed:
        measure_inferences(machine, FunctionCalls("f", 0x0800_0100), [Path("yes.wav")])
    assert failed.value.lines[-1] == "warning: no model of adc1"
