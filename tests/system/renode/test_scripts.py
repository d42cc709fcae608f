"""The boards' scripts, opened in Renode by hand as their first lines say."""

import os
import re
import shutil
import subprocess

import pytest

from tests import needs
from workbench.engines.renode.runtimes import CORECLR
from workbench.support.resources import resource

pytestmark = pytest.mark.renode

# The Monitor's commands after those in the script's head: run, reset, run again.
SESSION = 'emulation RunFor "0.01"; machine Reset; emulation RunFor "0.01"; runMacro $gdb; quit'


@pytest.fixture
def launcher(installation):
    beside = installation.path / "renode"
    found = shutil.which("renode") or (str(beside) if beside.is_file() else None)
    if found is None:
        pytest.skip("needs the renode command")
    return found


@pytest.fixture
def environment(installation, tmp_path):
    """The launcher of a built folder looks for `dotnet` on PATH."""
    places = [os.environ["PATH"]]
    if installation.framework is not None:
        places.append(str(installation.framework.parents[2]))
    path = os.pathsep.join(places)
    if installation.form == "built folder" and installation.runtime == CORECLR:
        needs.program("dotnet", path)
    return {**os.environ, "TMPDIR": str(tmp_path), "PATH": path}


@pytest.mark.parametrize("board", ["stm32f4_discovery", "nrf52840_dk"])
def test_script_boots_resets_and_serves_gdb(board, launcher, environment, firmware_image, tmp_path):
    script = resource("platforms") / board / f"{board}.resc"
    (told,) = re.findall(r"^# renode -e '(.*)'$", script.read_text(), re.M)
    told = told.replace("build/firmware.elf", str(firmware_image(board).elf))
    told = told.replace(f"platforms/{board}/{script.name}", str(script))
    session = f"$port=0; {told}; {SESSION}"
    done = subprocess.run(
        [launcher, "--disable-xwt", "--plain", "--console", "-e", session],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    print(done.stdout)
    assert done.stdout.count("ready") == 2
    assert "GDB server" in done.stdout
    assert "error" not in done.stdout.lower()
