""".NET in this process, without the files that its own hosts need.

A portable Renode brings its .NET along, in one folder with its assemblies or inside one program;
hostfxr starts such a one only as a program of its own, and an installed .NET only with a
runtimeconfig.json written for it. So libcoreclr is started directly: coreclr_initialize and
coreclr_create_delegate, documented in dotnet/docs, core/tutorials/netcore-hosting.md, with the
properties of dotnet/runtime, docs/design/features/host-runtime-information.md.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.engines.renode.runtimes import core_library

_DOMAIN = b"renode"
# As in Renode's own builds of late: without, .NET ends the process where libicu is not installed.
_NO_CULTURES = {
    "System.Globalization.Invariant": "true",
    "System.Globalization.PredefinedCulturesOnly": "false",
}
_ENTRY = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int)  # (argument, its size)


class CoreClr:
    """.NET of `framework`, with the assemblies of `binaries` and `more` to be found by name.

    It is what pythonnet.load takes for a runtime: clr_loader.Runtime, as far as that calls it.
    """

    def __init__(self, framework: Path, binaries: Path, more: Iterable[Path]) -> None:
        library = core_library(framework)
        if library is None:
            raise OSError(f"no libcoreclr in {framework}")
        self._clr = ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
        self._host = ctypes.c_void_p()
        self._id = ctypes.c_uint()
        properties = {
            "TRUSTED_PLATFORM_ASSEMBLIES": _joined(_assemblies(framework, binaries, more)),
            "NATIVE_DLL_SEARCH_DIRECTORIES": _joined(_native_folders(framework, binaries)),
            "APP_CONTEXT_BASE_DIRECTORY": f"{binaries}{os.sep}",
            "RUNTIME_IDENTIFIER": _identifiers()[0],
            **_NO_CULTURES,
            **_settings(binaries),
        }
        self._call(
            "coreclr_initialize",
            os.fsencode(sys.executable),
            _DOMAIN,
            len(properties),
            _strings(properties),
            _strings(properties.values()),
            ctypes.byref(self._host),
            ctypes.byref(self._id),
        )

    def get_assembly(self, path: str) -> Assembly:
        """Return the assembly of that name; nothing is loaded yet."""
        return Assembly(self, Path(path).stem)

    def shutdown(self) -> None:
        """The process ends without: .NET may wait for Renode's threads for ever."""

    def method(self, assembly: str, class_name: str, name: str) -> Callable[[bytes], int]:
        """Return a static method that takes the address of bytes and their number."""
        address = ctypes.c_void_p()
        self._call(
            "coreclr_create_delegate",
            self._host,
            self._id,
            assembly.encode(),
            class_name.encode(),
            name.encode(),
            ctypes.byref(address),
        )
        assert address.value is not None
        entry = _ENTRY(address.value)
        return lambda argument: int(entry(argument, len(argument)))

    def _call(self, function: str, *arguments: Any) -> None:
        status = getattr(self._clr, function)(*arguments)
        if status < 0:  # an HRESULT
            raise OSError(f"{function} of .NET failed with 0x{status & 0xFFFFFFFF:08x}")


@dataclass(frozen=True)
class Assembly:
    """One assembly, as clr_loader.Assembly."""

    runtime: CoreClr
    name: str

    def get_function(self, name: str) -> Callable[[bytes], int]:
        """Return the static method `name`, Namespace.Class.Method, as a function."""
        class_name, _, method = name.rpartition(".")
        return self.runtime.method(self.name, class_name, method)


def _assemblies(framework: Path, binaries: Path, more: Iterable[Path]) -> Iterator[Path]:
    """One assembly a name; .NET's own before those beside Renode, which may be of another .NET."""
    seen: set[str] = set()
    for file in (
        *sorted(framework.glob("*.dll")),
        *_for_this_system(binaries),
        *sorted(binaries.glob("*.dll")),
        *more,
    ):
        if file.name not in seen:
            seen.add(file.name)
            yield file


def _for_this_system(binaries: Path) -> Iterator[Path]:
    """Assemblies that a package has for each operating system: Renode.deps.json lists them."""
    for path, what in _runtime_targets(binaries):
        fits = what.get("assetType") == "runtime" and what.get("rid") in _identifiers()
        if fits and (binaries / path).is_file():
            yield binaries / path


def _runtime_targets(binaries: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        dependencies = json.loads((binaries / "Renode.deps.json").read_bytes())
        targets = dependencies["targets"][dependencies["runtimeTarget"]["name"]]
        for library in targets.values():
            yield from library.get("runtimeTargets", {}).items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return


def _native_folders(framework: Path, binaries: Path) -> Iterator[Path]:
    yield binaries
    yield framework
    for identifier in _identifiers():
        yield binaries / "runtimes" / identifier / "native"


def _identifiers() -> tuple[str, ...]:
    """.NET's names of this system, the nearest first (Microsoft.NETCore.Platforms)."""
    machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "x64"
    system = "osx" if sys.platform == "darwin" else "linux"
    return (f"{system}-{machine}", system, f"unix-{machine}", "unix", "any")


def _settings(binaries: Path) -> Mapping[str, str]:
    """The settings of the runtime that Renode's build asks for."""
    try:
        options = json.loads((binaries / "Renode.runtimeconfig.json").read_bytes())
        chosen = options["runtimeOptions"].get("configProperties", {})
        return {name: _text(value) for name, value in chosen.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(paths: Iterable[Path]) -> str:
    return os.pathsep.join(map(str, paths))


def _strings(values: Iterable[str]) -> Any:
    encoded = [os.fsencode(value) for value in values]
    return (ctypes.c_char_p * len(encoded))(*encoded)
