"""Renode as an engine: finding it, the worker process that holds it, and the adapter to it."""

from workbench.engines.renode.discovery import RenodeInstallation, discover
from workbench.engines.renode.engine import RenodeEngine

__all__ = ["RenodeEngine", "RenodeInstallation", "discover"]
