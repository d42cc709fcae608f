"""Renode as an engine: finding it, the worker process that holds it, and the adapter to it."""

from workbench.engines.renode.beside import BesideEngine
from workbench.engines.renode.discovery import NoRenodeError, discover
from workbench.engines.renode.engine import RenodeEngine
from workbench.engines.renode.installations import RenodeInstallation

__all__ = ["BesideEngine", "NoRenodeError", "RenodeEngine", "RenodeInstallation", "discover"]
