"""An owner that is killed: the real worker, without Renode, ends and takes only its own with it.

Renode's Monitor makes Renode's folder the current one, and so does what stands in for Renode here.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WORKER = """
import os, sys, types
module = types.ModuleType("workbench.engines.renode.worker.operations")

class Operations:
    version = "stand-in"

    def __init__(self, send, folder):
        (folder / "console").touch()

    def answer(self, request):
        os.chdir(os.environ["RENODE_FOLDER"])
        print("in a command", file=sys.stderr, flush=True)
        while True:
            pass

module.Operations = Operations
sys.modules[module.__name__] = module
loading = types.ModuleType("workbench.engines.renode.worker.loading")
loading.import_renode = lambda: None
sys.modules[loading.__name__] = loading
from workbench.engines.renode.worker.__main__ import main
main()
"""
OWNER = f"""
import sys
from workbench.engines.renode.process import WorkerProcess
worker = WorkerProcess({{}}, (sys.executable, "-c", {WORKER!r}))
print(worker.process_id, worker.folder, flush=True)
worker.ask("run")
"""


@pytest.fixture
def folders(tmp_path):
    """Renode's folder, the caller's and its folder for temporary files, with a file in each."""
    made = {name: tmp_path / name for name in ("renode", "current", "temporary")}
    for folder in made.values():
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "file").write_text("kept")
    return made


def contents(folder):
    return {str(path): path.is_file() and path.read_text() for path in folder.rglob("*")}


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_lost_and_nothing_is_left(folders, tmp_path, sent):
    before = contents(tmp_path)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "RENODE_FOLDER": str(folders["renode"]),
        "TMPDIR": str(folders["temporary"]),
    }
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=folders["current"],
        text=True,
    )
    assert owner.stdout
    worker, folder = owner.stdout.readline().split()
    assert Path(folder).parent == folders["temporary"]
    wait_for(lambda: Path(f"/proc/{worker}/cwd").readlink() == folders["renode"])
    owner.send_signal(sent)
    owner.wait()
    wait_for(lambda: not running(int(worker)))
    assert contents(tmp_path) == before


def wait_for(condition, seconds=20):
    """Look again and again whether `condition` holds, and fail where it never does."""
    pause = threading.Event()
    for _ in range(seconds * 100):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never came")


def running(process_id: int) -> bool:
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
