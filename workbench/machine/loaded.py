"""An image on a platform on an engine: it boots, is fed, and runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Engine, Limit, Stop, StopReason
from workbench.engines.wrapper import EngineWrapper
from workbench.image import Image
from workbench.platform import Platform


@dataclass(frozen=True)
class LoadedMachine:
    """A machine of `platform` with `image` in its memories; `engine` executes it.

    The engine is held behind a wrapper, which knows why the last run ended and all that the runs
    have warned of.
    """

    engine: EngineWrapper
    image: Image
    platform: Platform

    @classmethod
    def load(cls, engine: Engine, image: Image, platform: Platform) -> LoadedMachine:
        """Return the machine at reset, with `image` loaded; whoever made `engine` closes it."""
        wrapper = EngineWrapper(engine)
        wrapper.load(image, platform)
        return cls(wrapper, image, platform)

    def behind(self, wrapper: EngineWrapper) -> LoadedMachine:
        """Return the same machine, driven through `wrapper`."""
        return replace(self, engine=wrapper)

    def send(self, data: bytes) -> None:
        """Queue `data` for the console; it arrives while the machine runs."""
        if data:
            self.engine.uart.write(data)

    def run(self, until: Stop, limit: Limit) -> StopReason:
        """As `Engine.run`."""
        return self.engine.run(until, limit)

    @property
    def stopped(self) -> StopReason | None:
        """Why the last run ended, None before the first."""
        return self.engine.stopped

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the runs have warned of, each once."""
        return self.engine.warnings


@contextmanager
def open_machine(
    engine: EngineChoice | str, image: Image, platform: Platform
) -> Iterator[LoadedMachine]:
    """Open an engine, load `image`, and yield the machine at reset.

    Raises EngineUnavailableError where the engine asked for cannot be used on this machine.
    """
    with open_engine(engine) as opened:
        yield LoadedMachine.load(opened, image, platform)
