"""A loaded machine: what an image runs on, and how it is booted and fed."""

from __future__ import annotations

from workbench.machine.loaded import LoadedMachine, features_for, open_machine

__all__ = ["LoadedMachine", "features_for", "open_machine"]
