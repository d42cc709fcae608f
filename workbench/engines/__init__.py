"""Engines: what executes an image on a platform, and how one is chosen.

`auto` takes Renode where it was seen to work, else the embedded engine; of a Renode that is there
and does not work, the first run warns.
"""

from __future__ import annotations

from enum import Enum

from workbench.engines.base import Engine
from workbench.errors import EngineUnavailableError, WorkbenchError


class EngineChoice(str, Enum):
    """What `--engine` takes."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    RENODE = "renode"


def open_engine(choice: EngineChoice | str = EngineChoice.AUTO) -> Engine:
    """Return a new engine, nothing loaded; close it when done (it is a context manager).

    Raises EngineUnavailableError where the engine asked for cannot be used on this machine.
    """
    try:
        choice = EngineChoice(choice)
    except ValueError:
        names = ", ".join(c.value for c in EngineChoice)
        raise EngineUnavailableError(
            f"no engine {choice!r}", hint=f"choose one of: {names}"
        ) from None
    if choice is EngineChoice.EMBEDDED:
        return _embedded()
    if choice is EngineChoice.RENODE:
        return _renode()
    from workbench.engines.renode.discovery import NoRenodeError

    try:
        return _renode()
    except NoRenodeError:
        return _embedded()
    except WorkbenchError as error:
        why = error.message.splitlines()[0]
        return _embedded(f"the embedded engine was chosen: {why} (see `workbench doctor`)")


def _embedded(note: str = "") -> Engine:
    try:
        from workbench.engines.embedded.engine import EmbeddedEngine
    except ImportError as error:
        raise EngineUnavailableError(
            f"the embedded engine cannot be loaded: {error}",
            hint="pip install 'unicorn>=2.1.4'",
        ) from error
    return EmbeddedEngine(note=note)


def _renode() -> Engine:
    from workbench.engines.renode.beside import BesideEngine
    from workbench.engines.renode.discovery import discover
    from workbench.engines.renode.engine import RenodeEngine

    return BesideEngine(RenodeEngine(discover()), _embedded())
