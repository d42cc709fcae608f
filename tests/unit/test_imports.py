"""Importing a module does nothing: no file comes or goes, nothing is said or ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTS_ALL = """
import importlib, pkgutil
import workbench

# Packages of other projects that a module may need, and that are not installed everywhere.
OTHERS = {
    "Antmicro", "clr", "clr_loader", "keras", "pythonnet", "robot", "tensorflow", "tf_keras",
    "tflite_micro", "unicorn",
}
imported = 0
for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        if (error.name or "").split(".")[0] not in OTHERS:
            raise
    imported += 1
print(imported)
"""
STARTS_THE_WORKER = """
import sys
import workbench.engines.renode.worker.__main__
print(*(name for name in sys.modules if name.startswith("workbench.")))
"""
COMMANDS = ("workbench.engines.renode.worker", "workbench.builder.embed")


@pytest.fixture
def users(tmp_path):
    """A folder of the user's, with files and a folder in it."""
    folder = tmp_path / "users"
    (folder / "sources").mkdir(parents=True)
    (folder / "main.c").write_text("int main(void) {}\n")
    (folder / "sources" / "work.c").write_text("int work;\n")
    return folder


def contents(folder):
    found = sorted(folder.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in found}


def run_python(folder, *arguments, stdin="&-"):
    """Run Python with its standard input closed, and all that names folders within `folder`."""
    names = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "WORKBENCH_CACHE")
    environment = os.environ | dict.fromkeys(names, str(folder)) | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", "-c", f'exec "$@" <{stdin}', "sh", sys.executable, "-B", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
    )


def test_importing_every_module_leaves_the_current_folder_as_it_was(users):
    before = contents(users)
    ended = run_python(users, "-c", IMPORTS_ALL)
    assert (ended.returncode, ended.stderr) == (0, "")
    files = list((ROOT / "workbench").rglob("*.py"))
    assert int(ended.stdout) >= len(files) - 1  # all but the package itself, and the compiled ones
    assert contents(users) == before


def test_the_worker_starts_without_what_only_its_owner_needs(users):
    ended = run_python(users, "-c", STARTS_THE_WORKER)
    imported = {name.split(".")[1] for name in ended.stdout.split()}
    assert imported == {"engines", "errors", "support", "text"}


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_that_is_run_without_arguments_refuses(users, module):
    before = contents(users)
    ended = run_python(users, "-m", module)
    assert ended.returncode == 2 and ended.stderr
    assert contents(users) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["."],
        ["relative", "m"],
        ["/nonexistent/new", "m"],
        ["/", "m"],
        ["/tmp/new"],
        ["a", "m", "x"],
    ],
)
def test_the_worker_takes_nothing_but_the_path_of_a_new_folder_and_its_mark(users, arguments):
    before = contents(users)
    ended = run_python(users, "-m", "workbench.engines.renode.worker", *arguments)
    assert ended.returncode == 2 and "started by the engine" in ended.stderr
    assert contents(users) == before


def test_the_worker_removes_the_folder_it_made_and_no_other(users):
    """Its pipe has ended from the beginning, as when the owner was killed at once."""
    before = contents(users)
    worker = ("-m", "workbench.engines.renode.worker", str(users / "new"), "mark")
    assert run_python(users, *worker, stdin="/dev/null").returncode == 0
    assert run_python(users, *worker).returncode == 2
    assert contents(users) == before
