"""Why the worker does not load Renode by pyrenode3: docs/decisions/0007, held against the two that
are here. Where this fails, the decision's reasons are gone: think again.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.renode

# Says what keeps pyrenode3 from being used: it does not load this Renode, or it moves the process.
_TRY = """
import os, sys
moved = []
sys.addaudithook(lambda event, args: moved.append(args[0]) if event == "os.chdir" else None)
try:
    from pyrenode3.wrappers import Monitor
    moved.clear()
    Monitor().execute("version")
except BaseException as error:
    print(f"does not load it: {type(error).__name__}: {error}")
else:
    print(f"changes the current folder: {moved}" if moved else "nothing")
"""


def test_it_does_not_load_this_renode_or_changes_the_current_folder(installation):
    if importlib.util.find_spec("pyrenode3") is None:
        pytest.skip("pyrenode3 is not installed")
    if installation.form != "built folder":
        pytest.skip("asked of a folder that was built")
    named = {
        "PYRENODE_BUILD_DIR": str(installation.path),
        "PYRENODE_BUILD_OUTPUT": str(installation.binaries.relative_to(installation.path)),
        "PYRENODE_RUNTIME": installation.runtime,
    }
    run = subprocess.run(
        [sys.executable, "-c", _TRY], env=os.environ | named, capture_output=True, text=True
    )
    said = (run.stdout.splitlines() or [f"ends with {run.returncode}"])[-1]
    assert said.startswith(("does not load it: ", "changes the current folder: ", "ends with "))
