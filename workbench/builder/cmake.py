"""Carries a plan out with CMake and Ninja."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workbench import __version__
from workbench.builder.plan import HOST, BuildPlan
from workbench.builder.sources import write_sources
from workbench.errors import BuildError
from workbench.support.cache_folder import root
from workbench.support.own_folder import MARK

Progress = Callable[[int, int, str], None]
"""Told after each step: steps done, steps in all, what was done."""

_CONFIGURED = "configured.json"
_STEP = re.compile(r"^\[(\d+)/(\d+)\] (.*)$")
_IN_A_SOURCE = re.compile(r":\d+:\d+: (fatal )?error: ")
_UNDEFINED = re.compile(r"undefined reference to `([^']+)'")
_HEAP = "_sbrk"
_MOST_NAMED = 5
_MAX_ERROR_LINES = 60
# Flags from the environment would make the image depend on who builds it.
_UNWANTED_VARIABLES = {
    "CFLAGS",
    "CXXFLAGS",
    "ASMFLAGS",
    "LDFLAGS",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "LIBRARY_PATH",
    "CMAKE_TOOLCHAIN_FILE",
    "CMAKE_GENERATOR",
    "NINJA_STATUS",
}


def execute(plan: BuildPlan, tree: Path, progress: Progress | None = None) -> Path:
    """Build `plan` in the folder `tree`, whose lock the caller holds; return the ELF.

    Raises BuildError with the tool's own output.
    """
    used = (tree / _CONFIGURED).exists()
    try:
        _make(plan, tree, progress)
    except BuildError as error:
        if not used or error.hint or _IN_A_SOURCE.search(str(error)):
            raise
        # Ninja goes by dates, so what a power cut has left half-written is in its way for ever.
        _remove(tree)
        _make(plan, tree, progress)
    target = tree / _target(plan)
    return target if plan.board == HOST else target.with_suffix(".elf")


def _target(plan: BuildPlan) -> str:
    if plan.board == HOST:
        return "oracle"
    return "firmware" if plan.fits else "planner"


def _remove(tree: Path) -> None:
    """Remove a build tree; raise BuildError where no build has made that folder."""
    if tree.is_symlink() or not (tree / MARK).is_file():
        raise BuildError(
            f"the build tree {tree} is damaged, and it is not marked as made by the workbench",
            "look at what is in it, and remove it yourself",
        )
    shutil.rmtree(tree)


def _make(plan: BuildPlan, tree: Path, progress: Progress | None) -> None:
    with contextlib.suppress(FileExistsError):
        tree.mkdir(parents=True)
        (tree / MARK).write_text("a build tree of the workbench")
    sources = tree / "model"
    write_sources(sources, plan.model, plan.kernels, plan.arena_bytes, plan.stack_bytes)
    _configure(plan, tree, sources)
    _compile(plan, tree, progress)


def _configure(plan: BuildPlan, tree: Path, sources: Path) -> None:
    options = _options(plan, sources)
    stamp = tree / _CONFIGURED
    if stamp.is_file() and stamp.read_bytes() == json.dumps(options).encode():
        return
    stamp.unlink(missing_ok=True)
    (tree / "CMakeCache.txt").unlink(missing_ok=True)
    source = plan.firmware.path / "host" if plan.board == HOST else plan.firmware.path
    command = [str(plan.toolchain.cmake.path), "-G", "Ninja", "-S", str(source)]
    command += ["-B", str(tree), *(f"-D{name}={value}" for name, value in options.items())]
    result = subprocess.run(command, env=_environment(), capture_output=True, text=True)
    if result.returncode != 0:
        raise BuildError(
            f"CMake could not configure {plan.name}:\n{_tail(result.stderr or result.stdout)}"
        )
    stamp.write_text(json.dumps(options))


def _options(plan: BuildPlan, sources: Path) -> Mapping[str, str]:
    if plan.board == HOST:
        return {
            "CMAKE_CXX_COMPILER": str(plan.toolchain.gcc.path),
            "CMAKE_MAKE_PROGRAM": str(plan.toolchain.ninja.path),
            "MODEL_SOURCES": str(sources),
        }
    options = {
        "CMAKE_TOOLCHAIN_FILE": str(plan.firmware.path / "cmake" / "arm-none-eabi.cmake"),
        "CMAKE_MAKE_PROGRAM": str(plan.toolchain.ninja.path),
        "TOOLCHAIN_BIN": str(plan.toolchain.gcc.path.parent),
        "MACHINE_OPTIONS": " ".join(plan.core.compiler_options),
        "BOARD": plan.board,
        "KERNELS": plan.kernels,
        "MODEL_SOURCES": str(sources),
        "OPTIMIZATION": plan.optimization,
        "WORKBENCH_VERSION": __version__,
    }
    if plan.cmsis_nn:
        options["CMSIS_NN_DIR"] = str(plan.cmsis_nn.path)
    if plan.tflm:
        options["TFLM_LIB"] = str(plan.tflm.library)
        options["TFLM_INCLUDE"] = ";".join(map(str, plan.tflm.include))
        options["TFLM_DEFINITIONS"] = ";".join(plan.tflm.definitions)
    return options


def _compile(plan: BuildPlan, tree: Path, progress: Progress | None) -> None:
    command = [str(plan.toolchain.ninja.path), "-C", str(tree), "-j", str(os.cpu_count() or 1)]
    command.append(_target(plan))
    output: list[str] = []
    with subprocess.Popen(
        command,
        env=_environment() | {"NINJA_STATUS": "[%f/%t] "},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as ninja:
        assert ninja.stdout is not None
        try:
            for line in ninja.stdout:
                step = _STEP.match(line)
                if step is None:
                    output.append(line)
                elif progress is not None:
                    progress(int(step[1]), int(step[2]), step[3].strip())
        except BaseException:
            ninja.terminate()  # ninja removes what its compilers have half-written
            raise
    if ninja.returncode != 0:
        if plan.tflm is not None and (lacking := undefined_functions("".join(output))):
            raise lacks(plan.tflm.library, lacking)
        raise BuildError(f"{plan.name} does not build:\n{_relevant(output)}", _hint(output))


def undefined_functions(said: str) -> tuple[str, ...]:
    """Return what the linker calls undefined, each once; none where it is the heap."""
    found = tuple(dict.fromkeys(_UNDEFINED.findall(said)))
    return () if _HEAP in found else found


def lacks(library: Path, functions: Sequence[str]) -> BuildError:
    """Return the error for a TensorFlow Lite Micro without these functions."""
    shown = ", ".join(functions[:_MOST_NAMED])
    more = len(functions) - _MOST_NAMED
    return BuildError(
        f"{library} lacks what it or the firmware calls: {shown}"
        + (f" and {more} more" if more > 0 else ""),
        "build all of it with one set of options, the libraries of its kernels included, such as "
        "CMSIS-NN with OPTIMIZED_KERNEL_DIR=cmsis_nn; name the macros of that build with "
        "--tflm-define",
    )


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _UNWANTED_VARIABLES}
    return kept | {"LC_ALL": "C"}


def _relevant(output: list[str]) -> str:
    """Return what the compiler and linker said, without Ninja's echo of their command lines."""
    said = []
    is_command = False
    for line in output:
        if not is_command and not line.startswith(("ninja: ", "FAILED: ")):
            said.append(line)
        is_command = line.startswith("FAILED: ")
    return _tail("".join(said or output))


def _tail(text: str) -> str:
    lines = text.strip().splitlines()
    left_out = len(lines) - _MAX_ERROR_LINES
    if left_out > 0:
        lines = [*lines[:_MAX_ERROR_LINES], f"... and {left_out} more lines"]
    return "\n".join(lines)


def _hint(output: list[str]) -> str:
    text = "".join(output)
    # An arena beyond the address space makes the location counter wrap.
    if "region `RAM' overflowed" in text or "cannot move location counter backwards" in text:
        return (
            "the tensor arena and the stack do not fit this board's RAM: "
            "give a smaller one with `workbench build --arena BYTES` or `--stack BYTES`"
        )
    if "region `FLASH' overflowed" in text:
        return "the model does not fit this board's flash"
    if "No space left on device" in text:
        return f"the disk is full; {root()} can be emptied"
    if f"undefined reference to `{_HEAP}'" in text:
        return "something uses the heap, which this firmware does not have"
    return ""
