"""The forms of a Renode for .NET, made of the one that is here, found and loaded."""

import tarfile
from pathlib import Path

import pytest

from tests.unit.renode import layouts
from tests.unit.renode.bundles import apphost, bundle
from workbench.engines.renode.discovery import discover
from workbench.engines.renode.install import install
from workbench.engines.renode.installations import RenodeInstallation
from workbench.engines.renode.runtimes import CORECLR


@pytest.fixture(scope="module")
def here(installation):
    if installation.runtime != CORECLR or installation.form == "portable file":
        pytest.skip(f"needs a Renode for .NET in a folder: {installation}")
    return installation


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def root(folder: Path, here: RenodeInstallation) -> Path:
    """A root of Renode's at `folder`, with all but the assemblies."""
    layouts.fill(folder)
    for name in (".renode-root", "platforms", "scripts"):
        (folder / name).symlink_to(here.root / name)
    return folder


def files_of(folder: Path) -> dict[str, Path]:
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def portable_folder(folder: Path, here: RenodeInstallation) -> Path:
    """The assemblies and .NET's in one folder."""
    root(folder, here)
    assert here.framework is not None
    for name, path in (files_of(here.framework) | files_of(here.binaries)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists():
            (folder / name).symlink_to(path)
    (folder / "Renode.runtimeconfig.json").unlink(missing_ok=True)
    layouts.runtime_config(folder, self_contained=True)
    layouts.program(folder / "renode", apphost())
    return folder


def test_portable_folder_runs_on_the_dotnet_in_it(here, tmp_path):
    folder = portable_folder(tmp_path / "renode-portable", here)
    found = discover({"PYRENODE_BIN": str(folder / "renode"), "PATH": ""})
    assert (found.form, found.framework) == ("portable folder", folder)
    assert found.version == here.version


def test_portable_file_runs_on_the_dotnet_in_it(here, tmp_path):
    folder = root(tmp_path / "renode-portable", here)
    for library in here.framework.glob("*.so"):
        (folder / library.name).symlink_to(library)
    held = files_of(here.framework) | files_of(here.binaries)
    held = {name: path for name, path in held.items() if (folder / name).exists() is False}
    layouts.program(folder / "renode", bundle({n: p.read_bytes() for n, p in held.items()}))
    found = discover({"PYRENODE_BIN": str(folder / "renode"), "PATH": ""})
    assert (found.form, found.framework) == ("portable file", folder)
    assert found.version == here.version


def test_package_runs_on_the_installed_dotnet(here, tmp_path):
    package = tmp_path / "renode-1.16.1.linux-dotnet.tar.gz"
    with tarfile.open(package, "w:gz", compresslevel=1) as archive:
        for name in (".renode-root", "platforms", "scripts"):
            archive.add(here.root / name, f"renode_1.16.1/{name}")
        archive.add(here.binaries, "renode_1.16.1/bin")
    dotnet = here.framework.parents[2]
    found = discover({"PYRENODE_PKG": str(package), "PATH": "", "DOTNET_ROOT": str(dotnet)})
    assert (found.form, found.version) == ("package", here.version)


def test_installed_release_is_the_one_that_is_found(here, tmp_path, monkeypatch):
    portable_folder(tmp_path / "made/renode_9.9.9-portable", here)
    archive = tmp_path / "renode-9.9.9.linux-portable.tar"
    with tarfile.open(archive, "w", dereference=True) as made:
        made.add(tmp_path / "made/renode_9.9.9-portable", "renode_9.9.9-portable")
    from workbench.engines.renode.download import digest_of

    installed = install(source=archive, sha256=digest_of(archive))
    found = discover({"PATH": "", "HOME": "/", "XDG_DATA_HOME": str(tmp_path / "data")})
    assert found.path == installed.path
