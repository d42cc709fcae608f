"""What lies at a path: the forms in which people have Renode, and what each needs to be loaded.

A portable file (one program, to 1.16), a portable folder (a program beside its assemblies and
.NET's, since 2026-06), a package (as an archive, or unpacked), and a folder that was built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.engines.renode import bundle
from workbench.engines.renode.runtimes import (
    CORECLR,
    GET_MONO,
    MONO,
    Framework,
    core_library,
    framework_for,
    get_dotnet,
    has_mono,
)
from workbench.engines.renode.unpacking import unpacked_package, unpacked_program
from workbench.errors import EngineUnavailableError

# How the worker is told what to load (`worker.loading`).
BINARIES = "WORKBENCH_RENODE_BINARIES"
ROOT = "WORKBENCH_RENODE_ROOT"
RUNTIME = "WORKBENCH_RENODE_RUNTIME"
FRAMEWORK = "WORKBENCH_RENODE_FRAMEWORK"

# Where the assemblies lie below a folder: its own (portable), an installed or unpacked package, a
# source tree; in the last two Renode.exe is Mono's.
_LAYOUTS = (".", "bin", "output/bin/Release", "output/bin/Release/net*")
_IN_ARCHIVE = ("opt/renode", "renode*")  # roots in packages and in archives
PROGRAMS = {"Renode.exe": MONO, "Renode.dll": CORECLR}
_CORE_ASSEMBLIES = ("Infrastructure.dll", "Emulator.dll")  # Renode's core on .NET, on Mono
_NET_PARTS = ("System.Private.CoreLib.dll", "System.Runtime.dll")
_JIT = ("libclrjit.so", "libclrjit.dylib")

_ROOT_MARK = ".renode-root"
_MAGIC = (b"\x7fELF", b"\xcf\xfa\xed\xfe")  # ELF, 64-bit Mach-O
_LAUNCHED = re.compile(r"(?<![^\s\"'=])(/[^\s\"'$]*)/Renode\.(?:dll|exe)")
_SCRIPT_BYTES = 1 << 16
_OLDEST_NET = 6  # 1.15.3's

# What the tests were run on. The sources of 2026-08-21, which became 1.17, still say 1.16.1.
TESTED = ("1.15.3", "1.16.1")

UNPACK_AGAIN = "Unpack it again, to the end, into an empty folder."


@dataclass(frozen=True)
class RenodeInstallation:
    """A Renode whose parts are all here; whether it works only loading it can show.

    path: what the user has or has named. binaries: the folder with its assemblies. root: the folder
    with its scripts and platforms. framework: the folder with .NET's assemblies and libcoreclr,
    None on Mono. version is "" until it was loaded.
    """

    path: Path
    form: str
    runtime: str
    binaries: Path
    root: Path
    framework: Path | None = None
    version: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """What the worker's environment needs to say."""
        told = {BINARIES: self.binaries, ROOT: self.root, RUNTIME: self.runtime}
        if self.framework is not None:
            told[FRAMEWORK] = self.framework
        return {name: str(value) for name, value in told.items()}

    @property
    def is_tested(self) -> bool:
        """Were the workbench's tests run on this version?"""
        return self.version in TESTED

    def __str__(self) -> str:
        version = self.version or "(version unknown)"
        return f"Renode {version} at {self.path} ({self.form}), on {self.runtime}"


def installation_at(
    path: Path, environment: Mapping[str, str], runtime: str = ""
) -> RenodeInstallation | None:
    """Return the Renode at `path`, a file or a folder; None where there is nothing of Renode.

    runtime: the only one to consider, where it is not "". Raises EngineUnavailableError where it
    is a Renode that lacks something, and says what.
    """
    if path.is_dir():
        return _folder(path, path, environment, runtime)
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        begin = stream.read(_SCRIPT_BYTES)
    if begin.startswith(_MAGIC):
        return _program(path, environment)
    if begin.startswith(b"#!"):
        return _launcher(path, begin.decode(errors="replace"), environment, runtime)
    return None


def package_at(
    path: Path, environment: Mapping[str, str], runtime: str = ""
) -> RenodeInstallation | None:
    """Return the Renode in the package `path`, which is unpacked into the cache folder."""
    top = unpacked_package(path)
    roots = [folder for pattern in _IN_ARCHIVE for folder in sorted(top.glob(pattern))]
    for root in [*roots, top]:
        found = _folder(root, path, environment, runtime)
        if found is not None:
            return replace(found, form="package")
    return None


def binaries_at(
    binaries: Path, path: Path, form: str, environment: Mapping[str, str], runtime: str = ""
) -> RenodeInstallation | None:
    """Return the Renode whose assemblies lie in `binaries`, None where none does."""
    programs = [name for name in PROGRAMS if (binaries / name).is_file()]
    chosen = [name for name in programs if runtime in ("", PROGRAMS[name])]
    if not chosen:
        return None
    kind = PROGRAMS[chosen[0]]
    if not any((binaries / name).is_file() for name in _CORE_ASSEMBLIES):
        raise EngineUnavailableError(
            f"the Renode in {binaries} is not whole: {_CORE_ASSEMBLIES[kind == MONO]} is missing",
            UNPACK_AGAIN,
        )
    root = _root_above(binaries)
    if kind == MONO:
        if not has_mono():
            raise EngineUnavailableError(f"the Renode in {binaries} needs Mono", GET_MONO)
        return RenodeInstallation(path, form, MONO, binaries, root)
    framework = _own_framework(binaries) or _installed_framework(binaries, environment)
    return RenodeInstallation(path, form, CORECLR, binaries, root, framework)


def _folder(
    folder: Path, path: Path, environment: Mapping[str, str], runtime: str
) -> RenodeInstallation | None:
    for layout in _LAYOUTS:
        for binaries in sorted(folder.glob(layout)) if layout != "." else [folder]:
            form = _form_of(binaries, layout)
            found = binaries_at(binaries, path, form, environment, runtime)
            if found is not None:
                return found
    program = folder / "renode"
    if program.is_file() and runtime != MONO:
        with program.open("rb") as stream:
            is_program = stream.read(4) in _MAGIC
        return _program(program, environment) if is_program else None
    return None


def _form_of(binaries: Path, layout: str) -> str:
    if layout.startswith("output"):
        return "built folder"
    if layout == "bin":
        return "installed package"
    return "portable folder" if core_library(binaries) else "folder"


def _program(path: Path, environment: Mapping[str, str]) -> RenodeInstallation:
    """The Renode of a program: its assemblies are inside it, or lie beside it."""
    try:
        found = bundle.entries(path)
    except bundle.BundleError as error:
        raise EngineUnavailableError(f"{path} is damaged: {error}", UNPACK_AGAIN) from error
    if found is None:
        beside = binaries_at(path.parent, path.parent, "portable folder", environment, CORECLR)
        if beside is None:
            raise EngineUnavailableError(
                f"{path} is a program without .NET assemblies in it or beside it (such is the "
                "portable Renode for Mono, to 1.15.3)",
                "Take the portable Renode for .NET, named linux-portable-dotnet up to 1.16.",
            )
        return beside
    if not any(entry.path in _CORE_ASSEMBLIES for entry in found):
        raise EngineUnavailableError(
            f"{path} is a .NET program, but not Renode", "Name the `renode` of a portable Renode."
        )
    binaries = unpacked_program(path, found)
    # The program holds the assemblies, .NET's too; the libraries of .NET lie beside it.
    framework = path.parent if core_library(path.parent) else None
    if framework is None:
        framework = _installed_framework(binaries, environment)
    root = _root_above(path.parent)
    return RenodeInstallation(path, "portable file", CORECLR, binaries, root, framework)


def _launcher(
    path: Path, text: str, environment: Mapping[str, str], runtime: str
) -> RenodeInstallation | None:
    """The Renode that a script starts: one that it names, or one that it lies in."""
    named = _LAUNCHED.search(text)
    if named:
        binaries = Path(named[1])
        found = binaries_at(binaries, path, "installed package", environment, runtime)
        if found is None:
            raise EngineUnavailableError(
                f"{path} starts the Renode in {binaries}, where there is none",
                "Install that Renode again, or remove what is left of it.",
            )
        return found
    folder = path.resolve().parent
    return _folder(folder, folder, environment, runtime)


def _root_above(binaries: Path) -> Path:
    """The folder with Renode's scripts and platforms, as Renode itself looks for it."""
    for folder in (binaries, *binaries.parents):
        if (folder / _ROOT_MARK).is_file():
            return folder
    return binaries


def _own_framework(binaries: Path) -> Path | None:
    """`binaries`, where .NET lies in the same folder; it must be whole then."""
    if core_library(binaries) is None:
        if (binaries / _NET_PARTS[0]).is_file() or _is_self_contained(binaries):
            raise EngineUnavailableError(
                f"the Renode in {binaries} is not whole: libcoreclr.so is missing", UNPACK_AGAIN
            )
        return None
    lacking = [name for name in _NET_PARTS if not (binaries / name).is_file()]
    if not any((binaries / name).is_file() for name in _JIT):
        lacking.append(_JIT[0])
    if lacking:
        raise EngineUnavailableError(
            f"the Renode in {binaries} is not whole: {lacking[0]} is missing", UNPACK_AGAIN
        )
    return binaries


def _installed_framework(binaries: Path, environment: Mapping[str, str]) -> Path:
    major = _major_version(binaries)
    found: Framework | None = framework_for(major, environment)
    if found is None:
        raise EngineUnavailableError(
            f"the Renode in {binaries} needs the .NET {major} runtime, or a newer one",
            get_dotnet(major),
        )
    return found.folder


def _options(binaries: Path) -> Mapping[str, object]:
    """What Renode.runtimeconfig.json says of the runtime; nothing where it cannot be read."""
    try:
        options = json.loads((binaries / "Renode.runtimeconfig.json").read_bytes())
        return dict(options["runtimeOptions"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _is_self_contained(binaries: Path) -> bool:
    return "includedFrameworks" in _options(binaries)


def _major_version(binaries: Path) -> int:
    """The major version of .NET that the assemblies were built for."""
    found = re.match(r"net(\d+)\.", str(_options(binaries).get("tfm", "")))
    return int(found[1]) if found else _OLDEST_NET
