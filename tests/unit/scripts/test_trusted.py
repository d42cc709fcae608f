"""Trusted scripts: whatever Python can, in a process that can end without ending anything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.scripts.errors import ScriptError
from workbench.engines.scripts.process import ScriptProcess
from workbench.engines.scripts.request import ScriptRequest
from workbench.engines.scripts.trust import VARIABLE, trusted
from workbench.errors import PlatformError, UserError

ENDS = [
    ("import os; os._exit(0)", "ended with exit code 0"),
    ("from posix import _exit as leave; leave(0)", "ended with exit code 0"),
    ("import os; os.execv('/bin/true', ['true'])", "ended with exit code 0"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died of signal 9"),
    ("raise SystemExit(0)", "SystemExit: 0"),
    ("import sys; sys.exit(0)", "SystemExit: 0"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("import os; os.close(0); os.closerange(3, 50)", "ended with exit code|closed its pipe"),
]


@pytest.fixture
def trust(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")


def script(text, **properties):
    return Bench("Python.PythonPeripheral", script=text, size=0x100, **properties)


@pytest.mark.parametrize(("text", "says"), ENDS)
def test_a_script_that_ends_its_process_is_an_error_of_the_script(trust, text, says):
    block = script(f"import os\n{text}")
    with pytest.raises(PlatformError, match=f"script of 'block' fails at 0x0.*({says})"):
        block[0]
    block.model.close()


@pytest.mark.parametrize("text", [text for text, _ in ENDS])
def test_without_trust_it_is_not_run_at_all(monkeypatch, text):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(PlatformError) as error:
        script(text)
    assert "--trust-scripts" in error.value.hint


def test_what_is_beyond_the_subset_is_done(trust):
    block = script(
        "import hashlib\nclass Counter:\n    pass\n"
        "if request.isInit:\n    seen = [0]\nelif request.isWrite:\n    seen[0] += request.value\n"
        "else:\n    request.Value = int(hashlib.md5(b'a').hexdigest()[:4], 16) + seen[0]\n"
        "self.WarningLog('seen')\nself.EraseFlash(0x100, 16)",
        initable=True,
    )
    block[0] = 5
    assert block[0] == 0x0CC1 + 5
    assert "block: seen" in block.warnings
    state = block.model.save()
    block[0] = 5
    block.model.restore(state)
    assert block[0] == 0x0CC1 + 5
    block.model.reset()
    assert block[0] == 0x0CC1
    block.model.close()


def test_programs_flash_is_seen(trust):
    block = script("import os\nprograms_flash = request.isWrite")
    block[0] = 1
    assert block.model.programs_flash
    block[0]
    assert not block.model.programs_flash
    block.model.close()


def test_a_script_that_never_answers_is_ended():
    process = ScriptProcess("while True: pass", 4, print, print, seconds=1.0)
    with pytest.raises(ScriptError, match="died of signal 9"):
        process.run(ScriptRequest("READ"))


def test_what_a_script_prints_goes_nowhere(trust, capfd):
    block = script("import os\nprint('to stdout')\nos.write(1, b'raw')")
    block[0]
    block.model.close()
    assert capfd.readouterr().out == ""


def test_the_process_ends_with_the_machine(trust):
    process = ScriptProcess("import os\nrequest.value = os.getpid()", 4, print, print)
    request = ScriptRequest("READ")
    process.run(request)
    assert Path(f"/proc/{request.value}").exists()
    process.close()
    assert not Path(f"/proc/{request.value}").exists()


def test_a_script_that_is_no_python_is_told_with_its_line(trust):
    with pytest.raises(PlatformError, match="line 2"):
        script("import os\nif")


@pytest.mark.parametrize(("said", "means"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_variable_says_yes_or_no(monkeypatch, said, means):
    monkeypatch.setenv(VARIABLE, said)
    assert trusted() is means


def test_anything_else_in_the_variable_is_the_users_error(monkeypatch):
    monkeypatch.setenv(VARIABLE, "perhaps")
    with pytest.raises(UserError, match="WORKBENCH_TRUST_SCRIPTS is 'perhaps'"):
        trusted()
    assert os.environ[VARIABLE] == "perhaps"
