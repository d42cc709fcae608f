"""What is said of a machine that a test has loaded, driven and stopped by itself."""

from __future__ import annotations

from workbench.engines.base import Engine, StopReason
from workbench.engines.front import EngineFront
from workbench.fault.diagnosis import Diagnosis, diagnose
from workbench.image import Image
from workbench.machine import LoadedMachine
from workbench.platform import Platform


def standing(engine: Engine, image: Image, platform: Platform) -> LoadedMachine:
    """Return the machine that `engine` has been made before, as it stands."""
    return LoadedMachine(EngineFront(engine), image, platform)


def diagnosis_of(
    engine: Engine, image: Image, platform: Platform, reason: StopReason
) -> Diagnosis | None:
    """Return why the run that ended so crashed, None where it did not."""
    return diagnose(standing(engine, image, platform), reason)
