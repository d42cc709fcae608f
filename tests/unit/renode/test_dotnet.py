"""The one module that knows what moved between releases of Renode, over stand-ins for .NET.

What these tests stand on: the sources of Renode 1.15.3 and 1.16.1, as read.
"""

import importlib
import sys
from types import ModuleType, SimpleNamespace

import pytest

NAME = "workbench.engines.renode.worker.dotnet"
NAMESPACES = [
    "clr",
    "Antmicro",
    "Antmicro.Renode",
    "Antmicro.Renode.Core",
    "Antmicro.Renode.Logging",
    "Antmicro.Renode.Logging.Profiling",
    "Antmicro.Renode.Peripherals",
    "Antmicro.Renode.Peripherals.Bus",
    "Antmicro.Renode.Peripherals.CPU",
    "Antmicro.Renode.Peripherals.IRQControllers",
    "Antmicro.Renode.Time",
    "Antmicro.Renode.UserInterface",
    "System",
    "System.Collections",
    "System.Collections.Generic",
    "System.IO",
    "System.Linq",
    "System.Linq.Expressions",
    "System.Reflection",
    "System.Reflection.Emit",
    "System.Threading",
]


class Namespace(ModuleType):
    """Has every name but those of `missing`."""

    missing: frozenset[str] = frozenset()

    def __getattr__(self, name):
        if name.startswith("__") or name in self.missing:
            raise AttributeError(name)
        return name


@pytest.fixture
def dotnet(monkeypatch):
    """Return a function that imports the module where these names are missing."""

    def make(*missing):
        for name in NAMESPACES:
            namespace = Namespace(name)
            namespace.missing = frozenset(missing)
            namespace.__path__ = []
            monkeypatch.setitem(sys.modules, name, namespace)
        monkeypatch.delitem(sys.modules, NAME, raising=False)
        module = importlib.import_module(NAME)
        del sys.modules[NAME]
        return module

    return make


def test_state_of_a_core_on_1_15(dotnet):
    module = dotnet("EmulationCPUState")
    assert module.CPUState == "CPUState"
    assert module.state_of(SimpleNamespace(State="Aborted")) == "Aborted"


def test_state_of_a_core_on_1_16(dotnet):
    module = dotnet("CPUState")
    assert module.CPUState == "EmulationCPUState"
    assert module.state_of(SimpleNamespace(EmulationState="Aborted")) == "Aborted"
