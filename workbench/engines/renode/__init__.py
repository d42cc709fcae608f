"""Renode as an engine: finding it, the worker process that holds it, and the adapter to it."""

from workbench.engines.renode.discovery import NoRenodeError, discover
from workbench.engines.renode.engine import RenodeEngine
from workbench.engines.renode.installations import RenodeInstallation

__all__ = ["NoRenodeError", "RenodeEngine", "RenodeInstallation", "discover"]
