"""What `run_image` does at a fault: stop there, or let the firmware's own handler run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Limit, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.machine import LoadedMachine
from workbench.platform import Platform
from workbench.runs.running import RunResult, run_image

Run = Callable[..., RunResult]


@pytest.fixture
def run(program: Callable[[str], Path], platform: Platform) -> Run:
    """Return a function that runs the program whose handlers print each fault and go on."""
    image = Image.from_file(program("faults"))

    def run_it(limit: Limit = PLENTY, **options: Any) -> RunResult:
        with EmbeddedEngine() as engine:
            machine = LoadedMachine.load(engine, image, platform)
            return run_image(machine, limit, **options)

    return run_it


def test_a_run_stops_at_the_fault_before_its_handler(run: Run) -> None:
    result = run()
    assert (result.stop, result.expected) == (StopKind.FAULT, False)
    assert "exception=" not in result.uart


def test_through_faults_the_handler_prints_and_the_first_fault_is_still_told(run: Run) -> None:
    stopped, result = run(), run(through_faults=True)
    assert result.uart.endswith("end\n")
    assert result.stop is StopKind.IDLE
    assert result.fault == stopped.fault
    assert result.diagnosis == stopped.diagnosis
    assert not result.expected


def test_through_faults_a_line_of_the_handler_can_be_waited_for(run: Run) -> None:
    result = run(through_faults=True, pattern=b"bfar=30000000")
    assert (result.stop, result.expected) == (StopKind.UART, True)


def test_the_limit_counts_what_ran_before_the_fault(run: Run) -> None:
    limit = run().instructions + 10
    assert run(through_faults=True, limit=Instructions(limit)).instructions == limit
