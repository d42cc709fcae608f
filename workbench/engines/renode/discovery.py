"""Finding a Renode that pyrenode3 can load.

pyrenode3 takes three forms of Renode, named by the environment variables below: a portable
binary, a package archive, and a folder with built or installed binaries. What the user names is
taken or refused, never silently replaced; only where nothing is named are PATH and the usual
folders searched.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import EngineUnavailableError

# README of pyrenode3, "Using pyrenode3 with different Renode configurations"
PORTABLE = "PYRENODE_BIN"
PACKAGE = "PYRENODE_PKG"
FOLDER = "PYRENODE_BUILD_DIR"
FOLDER_BINARIES = "PYRENODE_BUILD_OUTPUT"
RUNTIME = "PYRENODE_RUNTIME"

MONO = "mono"
CORECLR = "coreclr"

OLDEST = (1, 15, 3)  # the oldest release the engine was measured on

# Where the binaries lie below a source tree, an installed package or an unpacked archive.
_LAYOUTS = (
    ("output/bin/Release", "Renode.exe", MONO),
    ("output/bin/Release", "Renode.dll", CORECLR),  # from 1.16 on
    ("output/bin/Release/net*", "Renode.dll", CORECLR),
    ("bin", "Renode.exe", MONO),
    ("bin", "Renode.dll", CORECLR),
)
_USUAL_PLACES = ("/opt/renode*", "~/renode*", "~/.local/opt/renode*", "~/opt/renode*")
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_VERSION_SECONDS = 20

GET_RENODE = (
    "Get the portable Renode (1.15.3 or later, .NET) from "
    f"https://github.com/renode/renode/releases and set {PORTABLE} to the `renode` binary in it; "
    f"or name a package in {PACKAGE}, or a built or installed folder in {FOLDER}."
)
GET_PYRENODE = (
    "It is in no package registry: "
    "pip install 'pyrenode3 @ git+https://github.com/antmicro/pyrenode3.git' "
    "(it brings pythonnet)."
)
GET_MONO = "Install it (Debian, Ubuntu: apt install mono-complete), or take the portable Renode."


@dataclass(frozen=True)
class RenodeInstallation:
    """A Renode that pyrenode3 can load here.

    `environment` is what a process that imports pyrenode3 needs in its environment; `version` is
    "" where it cannot be told without unpacking a package.
    """

    path: Path
    version: str
    runtime: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"Renode {self.version or '(version unknown)'} at {self.path}, on {self.runtime}"


def discover(environment: Mapping[str, str] | None = None) -> RenodeInstallation:
    """Return the Renode to use; raise EngineUnavailableError that says what is missing."""
    environment = os.environ if environment is None else environment
    if importlib.util.find_spec("pythonnet") is None:
        raise EngineUnavailableError("the Python package pythonnet is missing", GET_PYRENODE)
    if importlib.util.find_spec("pyrenode3") is None:
        raise EngineUnavailableError("the Python package pyrenode3 is missing", GET_PYRENODE)
    found = _named(environment) or _searched(environment)
    if found is None:
        raise EngineUnavailableError(
            "no Renode found: not in the environment, not on PATH, not in the usual folders",
            GET_RENODE,
        )
    _check_runtime(found)
    _check_version(found)
    return found


def _named(environment: Mapping[str, str]) -> RenodeInstallation | None:
    """The Renode that the environment names, or None where it names none."""
    named = [name for name in (PORTABLE, PACKAGE, FOLDER) if environment.get(name)]
    if not named:
        return None
    if len(named) > 1:
        raise EngineUnavailableError(
            f"{' and '.join(named)} are both set", "Set one of them: each names a whole Renode."
        )
    (name,) = named
    path = Path(environment[name]).expanduser().absolute()
    if not path.exists():
        raise EngineUnavailableError(f"{name} names {path}, which does not exist", GET_RENODE)
    if name == FOLDER:
        return _named_folder(path, environment)
    if not path.is_file():
        raise EngineUnavailableError(f"{name} names {path}, which is no file", GET_RENODE)
    if name == PORTABLE:
        return _portable(path)
    by_name = MONO if ".pkg." in path.name else CORECLR
    runtime = environment.get(RUNTIME) or by_name
    return RenodeInstallation(path, "", runtime, {PACKAGE: str(path), RUNTIME: runtime})


def _named_folder(root: Path, environment: Mapping[str, str]) -> RenodeInstallation:
    binaries = environment.get(FOLDER_BINARIES)
    if binaries:
        runtime = environment.get(RUNTIME) or (
            MONO if (root / binaries / "Renode.exe").is_file() else CORECLR
        )
        return _folder(root, binaries, runtime)
    found = next(_layouts(root, environment.get(RUNTIME)), None)
    if found is None:
        raise EngineUnavailableError(
            f"{FOLDER} names {root}, which holds no built Renode",
            f"Build it, or say in {FOLDER_BINARIES} where its binaries lie below it.",
        )
    return found


def _searched(environment: Mapping[str, str]) -> RenodeInstallation | None:
    """The first Renode on PATH or in the usual folders."""
    for place in _places(environment):
        if place.is_file():
            if _is_executable_image(place):
                return _portable(place)
            continue
        found = next(_layouts(place, None), None)
        if found is not None:
            return found
        if _is_executable_image(place / "renode"):
            return _portable(place / "renode")
    return None


def _places(environment: Mapping[str, str]) -> Iterator[Path]:
    on_path = shutil.which("renode", path=environment.get("PATH"))
    if on_path:
        binary = Path(on_path).resolve()
        yield binary  # the portable binary itself
        yield binary.parent  # the launcher at the root of a source tree
    home = environment.get("HOME") or str(Path.home())
    for pattern in _USUAL_PLACES:
        pattern = pattern.replace("~", home, 1)
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)


def _layouts(root: Path, runtime: str | None) -> Iterator[RenodeInstallation]:
    for where, binary, its_runtime in _LAYOUTS:
        if runtime and runtime != its_runtime:
            continue
        for folder in sorted(root.glob(where)) if root.is_dir() else ():
            if (folder / binary).is_file():
                yield _folder(root, str(folder.relative_to(root)), its_runtime)


def _folder(root: Path, binaries: str, runtime: str) -> RenodeInstallation:
    folder = root / binaries
    if runtime == MONO:
        command = ["mono", str(folder / "Renode.exe")]
    else:
        command = ["dotnet", str(folder / "Renode.dll")]
    variables = {FOLDER: str(root), FOLDER_BINARIES: binaries, RUNTIME: runtime}
    return RenodeInstallation(root, _version(command), runtime, variables)


def _portable(path: Path) -> RenodeInstallation:
    variables = {PORTABLE: str(path), RUNTIME: CORECLR}
    return RenodeInstallation(path, _version([str(path)]), CORECLR, variables)


def _is_executable_image(path: Path) -> bool:
    """Is `path` a program (ELF or Mach-O), and not a launcher script?"""
    try:
        with path.open("rb") as stream:
            return stream.read(4) in (b"\x7fELF", b"\xcf\xfa\xed\xfe")
    except OSError:
        return False


def _version(command: list[str]) -> str:
    """The version that Renode says it has; "" where it cannot be asked."""
    # Renode clears its predecessors' folders out of the temporary folder: give it one of its own.
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        try:
            answer = subprocess.run(
                [*command, "--version"],
                capture_output=True,
                text=True,
                timeout=_VERSION_SECONDS,
                stdin=subprocess.DEVNULL,
                env=os.environ | {"TMPDIR": folder},
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
    found = _VERSION.search(answer.stdout)
    return found[0].lstrip("v") if found else ""


def _check_runtime(found: RenodeInstallation) -> None:
    if found.runtime not in (MONO, CORECLR):
        raise EngineUnavailableError(
            f"{RUNTIME} is {found.runtime!r}", f"Set it to {MONO} or {CORECLR}."
        )
    if found.runtime == MONO and PORTABLE in found.environment:
        raise EngineUnavailableError(
            f"the portable Renode at {found.path} does not run on Mono", f"Unset {RUNTIME}."
        )
    if found.runtime == MONO and not ctypes.util.find_library("monosgen-2.0"):
        raise EngineUnavailableError(f"{found} needs the Mono runtime", GET_MONO)
    if found.runtime == CORECLR and FOLDER in found.environment and not shutil.which("dotnet"):
        raise EngineUnavailableError(
            f"{found} needs the .NET runtime", "Install it, or take the portable Renode."
        )


def _check_version(found: RenodeInstallation) -> None:
    parts = _VERSION.search(found.version)
    if parts and tuple(int(part) for part in parts.groups()) < OLDEST:
        oldest = ".".join(str(part) for part in OLDEST)
        raise EngineUnavailableError(f"{found} is older than {oldest}", GET_RENODE)
