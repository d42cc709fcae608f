"""The Robot Framework library: `Library    workbench.robot.Workbench`."""

from __future__ import annotations

from workbench.robot.library import Workbench

__all__ = ["Workbench"]
