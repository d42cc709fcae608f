"""Finding Renode, with folders and programs that only look like it."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from workbench.engines.renode import discovery
from workbench.engines.renode.discovery import discover
from workbench.errors import EngineUnavailableError


@pytest.fixture(autouse=True)
def _packages_are_there(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(discovery.ctypes.util, "find_library", lambda name: "libmonosgen-2.0.so")
    monkeypatch.setattr(discovery, "_USUAL_PLACES", ("~/renode*",))


@pytest.fixture
def home(tmp_path) -> dict[str, str]:
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


@pytest.fixture
def programs(tmp_path, monkeypatch) -> Path:
    """A folder on PATH with a `mono` that says what Renode says of its version."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder / "mono", "Renode v1.15.3.22423")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def built(root: Path, layout: str = "output/bin/Release", binary: str = "Renode.exe") -> Path:
    (root / layout).mkdir(parents=True)
    (root / layout / binary).touch()
    return root


def test_portable_binary_runs_on_coreclr(home, tmp_path):
    binary = program(tmp_path / "portable/renode", "Renode v1.16.1.4242")
    found = discover(home | {"PYRENODE_BIN": str(binary)})
    assert found.version == "1.16.1"
    assert found.environment == {"PYRENODE_BIN": str(binary), "PYRENODE_RUNTIME": "coreclr"}
    assert str(found) == f"Renode 1.16.1 at {binary}, on coreclr"


def test_built_folder_is_found_with_its_binaries(home, tmp_path, programs):
    root = built(tmp_path / "source")
    found = discover(home | {"PYRENODE_BUILD_DIR": str(root)})
    assert found.version == "1.15.3"
    assert found.environment == {
        "PYRENODE_BUILD_DIR": str(root),
        "PYRENODE_BUILD_OUTPUT": "output/bin/Release",
        "PYRENODE_RUNTIME": "mono",
    }


def test_built_folder_of_1_16_runs_on_coreclr(home, tmp_path, programs):
    program(programs / "dotnet", "Renode v1.16.1.4242")
    root = built(tmp_path / "source", binary="Renode.dll")
    found = discover(home | {"PYRENODE_BUILD_DIR": str(root)})
    assert (found.version, found.runtime) == ("1.16.1", "coreclr")
    assert found.environment["PYRENODE_BUILD_OUTPUT"] == "output/bin/Release"


def test_output_folder_that_the_user_names_is_kept(home, tmp_path, programs):
    root = built(tmp_path / "source", "elsewhere")
    named = {"PYRENODE_BUILD_DIR": str(root), "PYRENODE_BUILD_OUTPUT": "elsewhere"}
    assert discover(home | named).environment["PYRENODE_BUILD_OUTPUT"] == "elsewhere"


def test_package_is_not_unpacked_to_learn_its_version(home, tmp_path):
    package = tmp_path / "renode-latest.pkg.tar.xz"
    package.touch()
    found = discover(home | {"PYRENODE_PKG": str(package)})
    assert (found.version, found.runtime) == ("", "mono")


def test_installed_folder_in_the_usual_place(home, programs):
    root = built(Path(home["HOME"]) / "renode_1.15.3", "bin")
    assert discover(home).environment["PYRENODE_BUILD_OUTPUT"] == "bin"
    assert discover(home).path == root


def test_portable_binary_in_the_usual_place(home):
    root = Path(home["HOME"]) / "renode_1.16.1_portable"
    root.mkdir()
    shutil.copy(shutil.which("true") or sys.executable, root / "renode")
    assert discover(home).environment["PYRENODE_BIN"] == str(root / "renode")


def test_launcher_on_path_leads_to_its_source_tree(home, tmp_path, programs):
    root = built(tmp_path / "source")
    program(root / "renode", "launcher")
    (programs / "renode").symlink_to(root / "renode")
    assert discover(home).path == root


def test_nothing_found_says_how_to_get_it(home):
    with pytest.raises(EngineUnavailableError, match="no Renode found") as raised:
        discover(home)
    assert "PYRENODE_BIN" in raised.value.hint
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("package", ["pythonnet", "pyrenode3"])
def test_missing_python_package_is_named(home, monkeypatch, package):
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else object()
    )
    with pytest.raises(EngineUnavailableError, match=package) as raised:
        discover(home)
    assert "pip install" in raised.value.hint


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"PYRENODE_BIN": "/nowhere/renode"}, "does not exist"),
        ({"PYRENODE_BIN": "/usr"}, "is no file"),
        ({"PYRENODE_BUILD_DIR": "/usr"}, "holds no built Renode"),
        ({"PYRENODE_BIN": "/a", "PYRENODE_PKG": "/b"}, "both set"),
    ],
)
def test_what_the_user_names_is_taken_or_refused(home, programs, named, said):
    built(Path(home["HOME"]) / "renode", "bin")
    with pytest.raises(EngineUnavailableError, match=said):
        discover(home | named)


def test_old_release_is_refused(home, tmp_path):
    binary = program(tmp_path / "portable/renode", "Renode v1.14.0.1")
    with pytest.raises(EngineUnavailableError, match=r"older than 1\.15\.3"):
        discover(home | {"PYRENODE_BIN": str(binary)})


def test_missing_mono_is_named(home, tmp_path, programs, monkeypatch):
    monkeypatch.setattr(discovery.ctypes.util, "find_library", lambda name: None)
    root = built(tmp_path / "source")
    with pytest.raises(EngineUnavailableError, match="needs the Mono runtime") as raised:
        discover(home | {"PYRENODE_BUILD_DIR": str(root)})
    assert "mono-complete" in raised.value.hint


def test_runtime_that_does_not_exist_is_refused(home, tmp_path):
    package = tmp_path / "renode.tar.gz"
    package.touch()
    named = {"PYRENODE_PKG": str(package), "PYRENODE_RUNTIME": "dos"}
    with pytest.raises(EngineUnavailableError, match="PYRENODE_RUNTIME is 'dos'"):
        discover(home | named)
