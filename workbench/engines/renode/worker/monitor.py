"""Renode's Monitor, made as its own program makes it, without a window or a terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from workbench.engines.renode.worker.dotnet import (
    CommandInteractionEater,
    EmulationManager,
    ObjectCreator,
    RenodeMonitor,
)


class Monitor:
    """The one Monitor of this process."""

    def __init__(self) -> None:
        # Its static constructors depend on each other in a circle: this is the order that works
        # (Program.Main of Renode).
        EmulationManager.RebuildInstance()
        context = ObjectCreator.Instance.OpenContext()
        here = Path.cwd()
        self._monitor: Any = RenodeMonitor()
        os.chdir(here)  # it went to Renode's folder
        context.RegisterSurrogate(RenodeMonitor, self._monitor)
        self._monitor.Interaction = CommandInteractionEater()

    def execute(self, command: str) -> tuple[str, str]:
        """Carry out a command; return what it printed, and what it printed as an error."""
        said = CommandInteractionEater()
        self._monitor.HandleCommand(command, said)
        return str(said.GetContents()), str(said.GetError())
