"""Programs that talk to the host by semihosting, as those linked with newlib's rdimon.specs do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.errors import CheckFailedError
from workbench.image import Image
from workbench.machine import LoadedMachine
from workbench.platform import Platform
from workbench.profile.record import ProfileRequest, profile
from workbench.runs.measure import counter_for, measure_run, require_measured
from workbench.runs.running import run_image
from workbench.runs.verdict import require_good_end

from .conftest import Program


def test_the_exit_code_is_told(boot: Callable[[str], EmbeddedEngine]) -> None:
    reason = boot("semihost").run(Stop(), PLENTY)
    assert (reason.kind, reason.exit_code) == (StopKind.IDLE, 3)
    assert "exit code 3" in reason.detail


def test_a_run_with_an_exit_code_is_not_as_expected(
    engine: EmbeddedEngine, program: Program, platform: Platform
) -> None:
    image = Image.from_file(program("semihost"))
    result = run_image(LoadedMachine.load(engine, image, platform), PLENTY)
    assert not result.expected


def test_a_file_of_the_host_is_refused_by_name(boot: Callable[[str], EmbeddedEngine]) -> None:
    reason = boot("semihost").run(Stop(), PLENTY)
    assert any("/no/such/file" in warning for warning in reason.warnings)


def test_a_snapshot_of_a_program_that_has_ended_stays_ended(
    boot: Callable[[str], EmbeddedEngine],
) -> None:
    engine = boot("semihost")
    engine.run(Stop(), PLENTY)
    after = engine.snapshot()
    engine.reset()
    engine.run(Stop(), Instructions(10))
    engine.restore(after)
    assert engine.run(Stop(), PLENTY).exit_code == 3


def test_a_measurement_and_a_profile_of_a_run_with_an_exit_code_fail_with_it(
    engine: EmbeddedEngine, program: Program, platform: Platform
) -> None:
    image = Image.from_file(program("semihost"))
    counter = counter_for(image, None, "ResetHandler", "main")
    measured = measure_run(LoadedMachine.load(engine, image, platform), counter, PLENTY)
    assert len(measured.measurement.calls) == 1
    with pytest.raises(CheckFailedError, match="exit code 3"):
        require_measured(measured)
    profiled = profile(LoadedMachine.load(engine, image, platform), ProfileRequest(PLENTY))
    with pytest.raises(CheckFailedError, match="exit code 3"):
        require_good_end(profiled.failure)
