"""A .repl whose script wants more than a register needs: refused, and never a pass."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.engines.scripts.trust import VARIABLE
from workbench.support.resources import resource

BOARD = "stm32f4_discovery"
ROOT = Path(__file__).parents[3]
SCRIPTS = {
    "os._exit": "import os; os._exit(0)",
    "SystemExit": "raise SystemExit(0)",
    "posix": "from posix import _exit as e; e(0)",
    "exec": "import os; os.execv('/bin/true', ['true'])",
}


@pytest.fixture
def hostile(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a board of ours with another block: name of script -> .repl."""

    def write(name: str) -> Path:
        own = resource("platforms") / BOARD / f"{BOARD}.repl"
        file = tmp_path / "part.repl"
        file.write_text(
            f"{own.read_text()}\nhostile: Python.PythonPeripheral @ sysbus 0x70000000\n"
            f"    size: 0x100\n    initable: true\n    script: '''\n{SCRIPTS[name]}\n'''\n"
        )
        return file

    return write


def call(*arguments, folder, **environment):
    names = {key: value for key, value in os.environ.items() if key != VARIABLE}
    return subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, arguments)],
        cwd=folder,
        env=names | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_run_refuses_it_and_says_what_it_takes(name, hostile, firmware_image, tmp_path):
    elf = firmware_image(BOARD).elf
    done = call(
        *("run", elf, "--repl", hostile(name), "--engine", "embedded", "--until", "ready"),
        folder=tmp_path,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    said = " ".join(done.stderr.split())
    assert "part.repl" in said and "line 1, uses" in said and "--trust-scripts" in said


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("word", ["option", "variable"])
def test_trusted_it_is_still_never_a_pass(name, word, hostile, firmware_image, tmp_path):
    elf = firmware_image(BOARD).elf
    option = ["--trust-scripts"] if word == "option" else []
    environment = {VARIABLE: "1"} if word == "variable" else {}
    done = call(
        *("run", elf, "--repl", hostile(name), "--engine", "embedded", "--until", "ready", *option),
        folder=tmp_path,
        **environment,
    )
    assert done.returncode == 2
    assert "the Python script of 'hostile' fails" in " ".join(done.stderr.split())


def test_no_platform_toml_can_give_the_word(hostile, firmware_image, tmp_path):
    repl = hostile("SystemExit")
    own = (resource("platforms") / BOARD / "platform.toml").read_text()
    for line in ("trust_scripts = true", 'WORKBENCH_TRUST_SCRIPTS = "1"'):
        (tmp_path / "platform.toml").write_text(f'{line}\nrepl = "{repl.name}"\n{own}')
        elf = firmware_image(BOARD).elf
        done = call("run", elf, "-p", tmp_path, "--engine", "embedded", folder=tmp_path)
        assert done.returncode == 2
        assert "unknown key" in done.stderr or "uses a Raise" in done.stderr


def test_a_suite_whose_process_ends_itself_is_broken(tmp_path):
    suite = tmp_path / "mine.robot"
    suite.write_text(
        "*** Test Cases ***\nPasses\n    No Operation\n"
        "Ends\n    Evaluate    os._exit(0)    modules=os\n"
        "Fails\n    Fail\n"
    )
    done = call("test", suite, "--json", "--output", tmp_path / "out", folder=tmp_path)
    assert done.returncode == 3
    (broken,) = json.loads(done.stdout)["broken"]
    assert "in the middle of the suite" in broken
