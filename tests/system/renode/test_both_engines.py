"""What the engine interface promises, on each engine."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from workbench import platform
from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine

SECOND = Seconds(1.0)
SAID = b"hello\ndone\n"


@pytest.fixture(params=["embedded", pytest.param("renode", marks=pytest.mark.renode)])
def machine(request, probe_image):
    """The probe at reset."""
    if request.param == "renode":
        yield request.getfixturevalue("probe")
        return
    with EmbeddedEngine() as engine:
        engine.load(probe_image, platform.load("stm32f4_discovery"))
        yield engine


def test_console_is_the_hosts_and_outlives_a_reset(machine):
    machine.run(Stop(), SECOND)
    machine.reset()
    assert machine.uart.read() == machine.uart.transcript == SAID
    machine.run(Stop(), SECOND)
    assert machine.uart.read() == SAID
    assert machine.uart.transcript == SAID * 2


def test_counts_and_time_begin_anew_with_a_reset(machine):
    first = machine.run(Stop(), SECOND)
    machine.reset()
    assert machine.instructions == 0
    again = machine.run(Stop(), SECOND)
    assert (again.instructions, again.seconds) == (first.instructions, first.seconds)


def test_image_that_is_loaded_anew_has_said_nothing(machine, probe_image):
    machine.run(Stop(), SECOND)
    machine.load(probe_image, platform.load("stm32f4_discovery"))
    assert (machine.uart.read(), machine.uart.transcript) == (b"", b"")


def test_flash_that_the_image_does_not_cover_is_erased(machine):
    for again in (machine.reset, lambda: None):
        assert machine.memory.read(0x080F_FFF0, 16) == b"\xff" * 16
        assert machine.memory.read(0x2001_FFF0, 16) == bytes(16)
        machine.run(Stop(), SECOND)
        again()


def test_dot_in_a_pattern_is_any_byte(machine):
    assert machine.run(Stop(uart=rb"o.d"), SECOND).kind is StopKind.UART
    assert machine.uart.read() == b"hello\nd"


def test_parts_of_a_trace_add_up(machine):
    machine.start_trace()
    marks = [machine.mark_trace()]
    for count in (1, 1000, 33):
        machine.run(Stop(), Instructions(count))
        marks.append(machine.mark_trace())
    whole = machine.stop_trace()
    parts = [later.since(earlier) for earlier, later in pairwise(marks)]
    assert [part.instructions for part in parts] == [1, 1000, 33]
    assert sum((Counter(part.counts) for part in parts), Counter()) == whole.counts
    assert sum((Counter(part.jumps) for part in parts), Counter()) == whole.jumps
    assert marks[-1].since(None) == whole
