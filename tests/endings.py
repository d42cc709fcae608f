"""What is said of a machine that a test has loaded, driven and stopped by itself."""

from __future__ import annotations

from workbench.engines.base import Engine, FaultState, StopKind, StopReason
from workbench.engines.wrapper import EngineWrapper
from workbench.fault.diagnose import diagnose
from workbench.fault.diagnosis import Diagnosis
from workbench.image import Image
from workbench.machine import Ending, LoadedMachine, capture
from workbench.platform import Platform


def standing(engine: Engine, image: Image, platform: Platform) -> LoadedMachine:
    """Return the machine that `engine` has been made before, as it stands."""
    return LoadedMachine(EngineWrapper(engine), image, platform)


def ending_of(engine: Engine, image: Image, platform: Platform, reason: StopReason) -> Ending:
    """Return how the run that stopped so ended."""
    return capture(standing(engine, image, platform), reason)


def fault_of(reason: StopReason) -> FaultState:
    """Return the fault that ended a run."""
    assert reason.kind is StopKind.FAULT and reason.fault is not None, reason
    return reason.fault


def diagnosis_of(
    engine: Engine, image: Image, platform: Platform, reason: StopReason
) -> Diagnosis | None:
    """Return why the run that ended so crashed, None where it did not."""
    return diagnose(ending_of(engine, image, platform, reason))
