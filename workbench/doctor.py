"""What the workbench stands on: what is here, what is missing, and how to get it."""

from __future__ import annotations

import platform as host
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import metadata, util
from pathlib import Path

from workbench import __version__
from workbench.builder.toolchain import DEBUGGERS, Tool, find_cmake, find_gcc, find_ninja
from workbench.errors import ToolchainError, UserError, WorkbenchError
from workbench.platform.installed import folder_of
from workbench.support.extensions import PERIPHERALS, PLATFORMS, Extension, installed
from workbench.support.extras import how_to_install

_OLDEST_PYTHON = (3, 10)
_C_PARTS = ("_code_cache", "embedded.tracing._tracer", "embedded.tracing._reads")


class State(Enum):
    """How a part stands."""

    OK = "ok"
    MISSING = "missing"  # and something needs it
    OPTIONAL = "optional"  # not here; `needed_for` says what does without
    BROKEN = "broken"  # here, but not usable, and something needs it
    UNUSABLE = "unusable"  # here, but not usable; `needed_for` says what does without


@dataclass(frozen=True)
class Finding:
    """One part: how it stands, which one was found, what it is for and how to get it."""

    part: str
    state: State
    found: str
    needed_for: str
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """All findings; `ready` says whether nothing that the demo needs is missing or broken."""

    workbench: str
    findings: tuple[Finding, ...]
    ready: bool

    @property
    def exit_code(self) -> int:
        """0 where the machine is ready, else that of a set-up at fault."""
        return 0 if self.ready else UserError.exit_code


def examine() -> Report:
    """Look at the machine; asks programs for their versions, changes nothing."""
    findings = (*(check() for check in _CHECKS), *_extensions())
    ready = not any(finding.state in (State.MISSING, State.BROKEN) for finding in findings)
    return Report(__version__, findings, ready)


def _python() -> Finding:
    found = f"{host.python_version()} ({sys.executable})"
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding("python", State.OK, found, "everything")
    return Finding("python", State.BROKEN, found, "everything", "install Python 3.10 or newer")


def _version_in(text: str) -> str:
    """Return the most precise version number in a program's answer."""
    numbers = re.findall(r"\d+(?:\.\d+)+", text)
    return max(numbers, key=lambda number: number.count("."), default=text)


def _module(
    part: str, module: str, needed_for: str, remedy: str, absent: State = State.MISSING
) -> Finding:
    """Look for a Python module without importing it; its distribution is called `part`."""
    if util.find_spec(module) is None:
        return Finding(part, absent, "", needed_for, remedy)
    try:
        found = metadata.version(part)
    except metadata.PackageNotFoundError:
        found = "version unknown"
    return Finding(part, State.OK, found, needed_for)


def _build_tool(part: str, find: Callable[[], Tool]) -> Finding:
    needed_for = "build, demo, bench"
    try:
        tool = find()
    except ToolchainError as error:
        return Finding(part, State.MISSING, error.message, needed_for, error.hint)
    return Finding(part, State.OK, f"{_version_in(tool.version)} ({tool.path})", needed_for)


def _toolchain() -> Finding:
    return _build_tool("arm-none-eabi-gcc", find_gcc)


def _cmake() -> Finding:
    return _build_tool("cmake", find_cmake)


def _ninja() -> Finding:
    return _build_tool("ninja", find_ninja)


def _cmsis_nn() -> Finding:
    return _module(
        "bakenn",
        "bakenn",
        "the cmsis_nn and dsp kernels (carries Arm's CMSIS-NN)",
        "pip install bakenn, or give `workbench build --cmsis-nn DIR`",
    )


def _unicorn() -> Finding:
    return _module("unicorn", "unicorn", "the embedded engine", "pip install unicorn")


def _tracer() -> Finding:
    part, needed_for = "C tracer", "the embedded engine at full speed"
    found = [util.find_spec(f"workbench.engines.{name}") for name in _C_PARTS]
    built = [Path(spec.origin).stat().st_mtime for spec in found if spec and spec.origin]
    if len(built) < len(_C_PARTS):
        return Finding(
            part,
            State.OPTIONAL,
            "not built: counting runs in Python, slower, with the same numbers",
            needed_for,
            "install a C compiler and Python's headers, then reinstall the workbench",
        )
    sources = Path(__file__).parent.rglob("csrc/*.[ch]")  # in a checkout, not in a wheel
    if any(source.stat().st_mtime > max(built) for source in sources):
        changed = "its sources have changed since it was built"
        return Finding(part, State.BROKEN, changed, needed_for, "make demo, or pip install -e .")
    return Finding(part, State.OK, "built", needed_for)


def _tflite_micro() -> Finding:
    return _module(
        "tflite_micro",
        "tflite_micro",
        "comparing outputs with the host oracle (bench)",
        how_to_install("oracle"),
        State.OPTIONAL,
    )


def _tensorflow() -> Finding:
    return _module(
        "tensorflow",
        "tensorflow",
        "model train",
        how_to_install("train"),
        State.OPTIONAL,
    )


def _qemu() -> Finding:
    return _program(
        "qemu-system-arm",
        ("qemu-system-arm",),
        "the tests that compare counts with QEMU",
        "apt-get install qemu-system-arm",
    )


def _gdb() -> Finding:
    return _program(
        "gdb", DEBUGGERS, "debugging what `workbench gdb` serves", "apt-get install gdb-multiarch"
    )


def _program(part: str, names: Sequence[str], needed_for: str, remedy: str) -> Finding:
    """Look for an optional program on PATH, the first of `names` that is there."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        return Finding(part, State.OPTIONAL, "", needed_for, remedy)
    return Finding(part, State.OK, path, needed_for)


def _renode() -> Finding:
    """Load the Renode of this machine, anew where it did not work the last time."""
    from workbench.engines.renode.discovery import NoRenodeError, discover
    from workbench.engines.renode.installations import TESTED

    needed_for = "--engine renode"
    try:
        installation = discover(again=True)
    except NoRenodeError as error:
        return Finding("renode", State.OPTIONAL, error.message, needed_for, error.hint)
    except WorkbenchError as error:
        return Finding("renode", State.UNUSABLE, error.message, needed_for, error.hint)
    found = f"{installation}: loaded, runs"
    if not installation.is_tested:
        found += f" (the workbench's own tests were run on {' and '.join(TESTED)})"
    return Finding("renode", State.OK, found, needed_for)


def _extensions() -> Iterator[Finding]:
    """Yield what other installed packages add: it is imported, as when it is used."""
    for extension in installed(PERIPHERALS):
        yield _extension(extension, "peripheral", _use_model, "the embedded engine")
    for extension in installed(PLATFORMS):
        yield _extension(extension, "platform", _use_platform, f"--platform {extension.name}")


def _extension(
    extension: Extension, kind: str, use: Callable[[Extension], str], needed_for: str
) -> Finding:
    part = f"{kind} {extension.name}"
    try:
        return Finding(part, State.OK, use(extension), needed_for)
    except WorkbenchError as error:
        return Finding(part, State.UNUSABLE, error.message, needed_for, error.hint)


def _use_model(extension: Extension) -> str:
    from workbench.engines.embedded.peripherals.from_outside import model_of
    from workbench.engines.embedded.peripherals.registry import OWN

    if OWN.is_modelled(extension.name):
        raise extension.error("is a type that the workbench has a model of: it is not used")
    model_of(extension)
    return str(extension)


def _use_platform(extension: Extension) -> str:
    from workbench.platform import read_platform

    folder = folder_of(extension)
    if read_platform(extension.name).repl.parent != folder.resolve():
        raise extension.error("has the name of a platform of the workbench: it is not used")
    read_platform(folder)
    return f"{folder} ({extension})"


_CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _toolchain,
    _cmake,
    _ninja,
    _cmsis_nn,
    _unicorn,
    _tracer,
    _tflite_micro,
    _tensorflow,
    _renode,
    _gdb,
    _qemu,
)
