"""A build as a value: everything that decides the bytes of an image, before anything is run.

Two equal plans give byte-identical images; a plan's hash is the image's key in the cache.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import util
from pathlib import Path

from workbench import __version__
from workbench.builder.choices import DEFAULT_CHOICES, BuildChoices
from workbench.builder.custom_ops import CustomOp, with_digest
from workbench.builder.library import check_library
from workbench.builder.model_source import read_model_source
from workbench.builder.sources import ModelSource
from workbench.builder.toolchain import Toolchain, find_toolchain
from workbench.errors import UserError
from workbench.model.kernel_sets import TFLM, kernel_sets
from workbench.platform import read_platform
from workbench.platform.cores import CPU_TYPES, Core
from workbench.support.files import MIB, read_file
from workbench.support.resources import own_model, resource

KERNEL_SETS = tuple(kernel_sets())
DEFAULT_STACK_BYTES = 4096
HOST = "host"
"""The board of a program that runs on this machine, see `workbench.builder.host`."""
ALIGNMENT = 16
_HASH_DIGITS = 16
_MAX_LIBRARY_BYTES = 512 * MIB  # of TFLM; one with debug information has 60
_FORMAT = 1  # of the cache; raise it when an older cache must not be read any more
_SOURCE_SUFFIXES = {".c", ".cc", ".h", ".inc", ".S", ".ld", ".cmake", ".txt", ".json"}


@dataclass(frozen=True)
class Tflm:
    """A TensorFlow Lite Micro library that the user has built, linked instead of our runtime."""

    library: Path
    include: tuple[Path, ...]
    definitions: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True)
class SourceTree:
    """A folder of sources and the SHA-256 of what is in it."""

    path: Path
    digest: str


@dataclass(frozen=True)
class BuildPlan:
    """One image to build. Sizes are in bytes.

    core: of the board; its options are what everything is compiled with.
    arena_bytes: None gives the arena all RAM that is left. fits: False links the image however far
    it runs over the board's memories; `workbench.benchmark.fit` measures on it what is needed.
    """

    board: str
    core: Core
    kernels: str
    model_name: str
    model: ModelSource
    arena_bytes: int | None
    stack_bytes: int
    optimization: str
    toolchain: Toolchain
    firmware: SourceTree
    cmsis_nn: SourceTree | None
    tflm: Tflm | None
    fits: bool = True

    @property
    def name(self) -> str:
        """Model, board and kernel set: the file name of the image without its suffix."""
        return f"{self.model_name}-{self.board}-{self.kernels}"

    @property
    def configuration_hash(self) -> str:
        """Key of the build tree: where the sources lie and how they are compiled.

        What changes with each edit or model is left out, so that a tree is built incrementally
        and its libraries serve every model.
        """
        toolchain = self.toolchain
        return _hash(
            [
                _FORMAT,
                self.board,
                self.core.compiler_options,
                self.kernels,
                self.optimization,
                [str(tool.path) for tool in (toolchain.gcc, toolchain.cmake, toolchain.ninja)],
                toolchain.gcc.version,
                str(self.firmware.path),
                str(self.cmsis_nn.path) if self.cmsis_nn else None,
                _tflm_key(self.tflm, with_digest=False),
            ]
        )

    @property
    def hash(self) -> str:
        """Key of the image: the content of everything that goes into it."""
        return _hash(
            [
                _FORMAT,
                __version__,
                self.board,
                self.core.name,
                self.core.compiler_options,
                self.kernels,
                self.optimization,
                self.toolchain.gcc.version,
                self.firmware.digest,
                self.cmsis_nn.digest if self.cmsis_nn else None,
                _tflm_key(self.tflm, with_digest=True),
                self.model.sha256,
                self.model.operators,
                self.model.labels,
                [[custom.name, custom.register, custom.digest] for custom in self.model.custom],
                self.arena_bytes,
                self.stack_bytes,
                self.fits,
            ]
        )


def sources_changed(plan: BuildPlan) -> bool:
    """Tell whether the firmware's sources are no longer those that `plan` was made for."""
    return _digest(plan.firmware.path, skip="models") != plan.firmware.digest


def plan_build(
    board: str,
    kernels: str,
    model: Path | None = None,
    *,
    arena_bytes: int | None = None,
    stack_bytes: int = DEFAULT_STACK_BYTES,
    optimization: str = "-Os",
    cmsis_nn: Path | None = None,
    tflm: Tflm | None = None,
    custom_ops: Sequence[CustomOp] = (),
) -> BuildPlan:
    """Check the choices and return the plan.

    model: a .tflite; None is the committed keyword spotter. arena_bytes: None gives the arena all
    RAM that is left. Raises UserError, ModelError or ToolchainError.
    """
    firmware = resource("firmware")
    _check_choice("board", board, boards(firmware))
    _check_choice("kernel set", kernels, (TFLM,) if tflm else KERNEL_SETS)
    path = model or own_model()
    toolchain = find_toolchain()
    core = _core_of(board)
    tflm = _checked(tflm, core) if tflm else None
    source = read_model_source(path, any_operator=tflm is not None, custom_ops=custom_ops)
    headers = tflm.include if tflm else (firmware / "runtime" / "include",)
    digested = (with_digest(custom, toolchain.gcc.path, headers) for custom in source.custom)
    source = replace(source, custom=tuple(digested))
    if arena_bytes is not None:
        if arena_bytes <= 0:
            raise UserError(f"an arena of {arena_bytes} bytes", "give a positive number of bytes")
        arena_bytes = align(arena_bytes)
    return BuildPlan(
        board=board,
        core=core,
        kernels=kernels,
        model_name=_model_name(path),
        model=source,
        arena_bytes=arena_bytes,
        stack_bytes=stack_bytes,
        optimization=optimization,
        toolchain=toolchain,
        firmware=SourceTree(firmware, _digest(firmware, skip="models")),
        cmsis_nn=_cmsis_nn(cmsis_nn) if kernel_sets().get(kernels) else None,
        tflm=tflm,
    )


def plan_builds(
    boards: Sequence[str],
    kernels: Sequence[str],
    model: Path | None = None,
    choices: BuildChoices = DEFAULT_CHOICES,
) -> list[BuildPlan]:
    """Return a plan for each board and kernel set; without one, all that there are.

    With a TensorFlow Lite Micro of the user's the kernels are its own, and none can be chosen.
    """
    tflm = _tflm(choices)
    if tflm is not None and kernels:
        raise UserError(
            f"--kernels {kernels[0]} with --tflm-lib: the kernels are those of the library",
            "leave out --kernels, or the library",
        )
    sets = (TFLM,) if tflm else kernels or KERNEL_SETS
    return [
        plan_build(
            board,
            kernel_set,
            model,
            arena_bytes=choices.arena_bytes,
            stack_bytes=choices.stack_bytes or DEFAULT_STACK_BYTES,
            cmsis_nn=choices.cmsis_nn,
            tflm=tflm,
            custom_ops=choices.custom_ops,
        )
        for board in dict.fromkeys(boards)
        for kernel_set in dict.fromkeys(sets)
    ]


def _tflm(choices: BuildChoices) -> Tflm | None:
    if choices.tflm_library is not None:
        return Tflm(choices.tflm_library, choices.tflm_include, choices.tflm_definitions)
    if choices.tflm_include or choices.tflm_definitions:
        option = "--tflm-include" if choices.tflm_include else "--tflm-define"
        raise UserError(f"{option} without --tflm-lib", "give the library too")
    return None


def align(arena_bytes: int) -> int:
    """Return the size that an arena of at least so many bytes is linked with."""
    return -(-arena_bytes // ALIGNMENT) * ALIGNMENT


def boards(firmware: Path | None = None) -> tuple[str, ...]:
    """Return the names of the boards that firmware can be built for."""
    folder = (firmware or resource("firmware")) / "boards"
    return tuple(sorted(path.parent.name for path in folder.glob("*/memory.ld")))


def _core_of(board: str) -> Core:
    """Return the core of the platform of the board's name."""
    platform = read_platform(board)
    if not platform.core.cpu:
        raise UserError(
            f"{platform.repl}: no compiler option is known for the core {platform.core.name!r}",
            f"write a cpuType of: {', '.join(CPU_TYPES)}",
        )
    return platform.core


def _check_choice(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise UserError(f"there is no {what} {name!r}", f"choose one of: {', '.join(known)}")


def _model_name(path: Path) -> str:
    """Name a model by its file, or by its folder where the file is just called model.tflite."""
    stem = path.resolve().parent.name if path.stem == "model" else path.stem
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in stem) or "model"


def _cmsis_nn(folder: Path | None) -> SourceTree:
    """Return the CMSIS-NN sources: the user's folder, else those that `bakenn` carries."""
    if folder is None:
        # Found without importing it: importing bakenn loads a compiler.
        found = util.find_spec("bakenn")
        if found is None or not found.submodule_search_locations:
            raise UserError(
                "the CMSIS-NN sources are missing: the Python package bakenn is not installed",
                "pip install bakenn, give `workbench build --cmsis-nn DIR`, or --kernels reference",
            )
        package = Path(next(iter(found.submodule_search_locations)))
        folder = package / "backend" / "cmsis_nn" / "vendor"
    folder = folder.resolve()
    header = Path("Include") / "arm_nnfunctions.h"
    if not any((folder / inside / header).is_file() for inside in ("", "cmsis_nn")):
        raise UserError(
            f"{folder} does not contain {header}: it is not CMSIS-NN",
            "give the top folder of a CMSIS-NN release",
        )
    return SourceTree(folder, _digest(folder))


def _checked(tflm: Tflm, core: Core) -> Tflm:
    """Return `tflm` with its digest, after checking that its files are there."""
    header = Path("tensorflow/lite/micro/micro_interpreter.h")
    if not tflm.library.is_file():
        raise UserError(f"{tflm.library}: no such library", "give a libtensorflow-microlite.a")
    if not any((folder / header).is_file() for folder in tflm.include):
        raise UserError(
            f"none of the include folders has {header}",
            "give --tflm-include with the top folder of tflite-micro, and further ones for its "
            "flatbuffers and gemmlowp",
        )
    hint = "give a libtensorflow-microlite.a"
    content = read_file(tflm.library, UserError, hint, most=_MAX_LIBRARY_BYTES)
    check_library(tflm.library, content, core, tflm.definitions)
    digest = hashlib.sha256(content).hexdigest()
    include = tuple(folder.resolve() for folder in tflm.include)
    return Tflm(tflm.library.resolve(), include, tflm.definitions, digest)


def _tflm_key(tflm: Tflm | None, with_digest: bool) -> list[object] | None:
    if tflm is None:
        return None
    if with_digest:
        return [tflm.digest, tflm.definitions]
    return [str(tflm.library), list(map(str, tflm.include)), tflm.definitions]


def _digest(folder: Path, skip: str = "") -> str:
    """Return the SHA-256 over the names and contents of the sources in `folder`."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix not in _SOURCE_SUFFIXES or name.parts[0] == skip or not path.is_file():
            continue
        total.update(f"{name.as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _hash(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_HASH_DIGITS]
