"""A .repl that makes Renode run code: refused before Renode has it, and never a pass."""

from __future__ import annotations

import pytest

from workbench import platform
from workbench.engines.base import Seconds, Stop
from workbench.engines.renode.engine import RenodeEngine
from workbench.engines.scripts.trust import VARIABLE
from workbench.errors import EngineError, PlatformError
from workbench.platform import read_platform
from workbench.support.resources import resource

pytestmark = pytest.mark.renode

BOARD = "stm32f4_discovery"
SCRIPTS = {
    "an exception": "raise SystemExit(0)",
    "the end of the process": "import System\nSystem.Environment.Exit(0)",
}


@pytest.fixture(params=SCRIPTS)
def hostile(request, tmp_path):
    """A board of ours with a block whose script does that."""
    own = (resource("platforms") / BOARD / f"{BOARD}.repl").read_text()
    file = tmp_path / "part.repl"
    file.write_text(
        f"{own}\nhostile: Python.PythonPeripheral @ sysbus 0x70000000\n"
        f"    size: 0x100\n    script: '''\n{SCRIPTS[request.param]}\n'''\n"
    )
    return platform.read_repl(file, uart="usart2")


def test_it_is_refused(hostile, probe_image, installation, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with RenodeEngine(installation) as engine:
        with pytest.raises(PlatformError, match=r"part\.repl.*the script of 'hostile', line 1, us"):
            engine.load(probe_image, hostile)
        engine.load(probe_image, read_platform(BOARD))
        engine.run(Stop(), Seconds(1.0))


def test_trusted_it_is_an_error(hostile, probe_image, installation, monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    with RenodeEngine(installation) as engine:
        engine.load(probe_image, hostile)
        with pytest.raises(EngineError, match="the Renode worker failed"):
            engine.memory.read(0x7000_0000, 4)
