"""The suite in Renode's own keywords, under Renode's own runner."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs
from workbench.support.resources import resource

pytestmark = pytest.mark.renode

SUITE = resource("robot") / "renode" / "boot.robot"
NEEDED = ("psutil", "yaml")  # by Renode's runner


@pytest.fixture
def renode_test():
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"renode-test needs the Python package {name}")
    beside = needs.renode().path / "renode-test"
    found = shutil.which("renode-test") or (str(beside) if beside.is_file() else None)
    if found is None:
        pytest.skip("needs renode-test")
    return found


@pytest.mark.parametrize(
    ("board", "uart"), [("stm32f4_discovery", "usart2"), ("nrf52840_dk", "uart0")]
)
def test_our_suite_passes_under_renodes_own_runner(
    renode_test, board, uart, firmware_image, tmp_path
):
    elf = firmware_image(board).elf
    variables = (f"ELF:{elf}", f"BOARD:{board}", f"UART:sysbus.{uart}")
    words = [word for variable in variables for word in ("--variable", variable)]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [renode_test, str(SUITE), *words, "-r", str(tmp_path)],
        env={**os.environ, "PATH": path, "TMPDIR": str(tmp_path)},
        cwd=Path(renode_test).parent,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
