"""From a model to an ELF: plan a build, carry it out, measure what came of it."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from workbench.builder import cache
from workbench.builder.choices import DEFAULT_CHOICES, BuildChoices
from workbench.builder.cmake import Progress, execute
from workbench.builder.footprint import Footprint, measure_footprint
from workbench.builder.plan import BuildPlan, Tflm, boards, plan_build, plan_builds, sources_changed
from workbench.errors import BuildError
from workbench.support.cache_folder import root

__all__ = [
    "DEFAULT_CHOICES",
    "BuildChoices",
    "BuildPlan",
    "BuiltImage",
    "Footprint",
    "Tflm",
    "boards",
    "build",
    "build_host",
    "plan_build",
    "plan_builds",
]


@dataclass(frozen=True)
class BuiltImage:
    """A finished image. `cached` says that nothing had to be compiled for it."""

    elf: Path
    board: str
    kernels: str
    model_name: str
    model_sha256: str
    arena_bytes: int
    stack_bytes: int
    toolchain: str
    plan_hash: str
    cached: bool
    footprint: Footprint


def build(
    plan: BuildPlan, *, output: Path | None = None, progress: Progress | None = None
) -> BuiltImage:
    """Build `plan`, or take its image from the cache; put a copy into the folder `output`.

    Raises BuildError with the compiler's output. Concurrent builds of the same plan wait for each
    other, and nothing is left half-written.
    """
    try:
        elf, cached = _find_or_make(plan, progress)
    except OSError as error:
        raise BuildError(
            f"{plan.name} could not be built: {error.strerror or error} ({error.filename})",
            f"the build needs a folder to write in: {root()}; WORKBENCH_CACHE names another",
        ) from error
    if output is not None:
        target = output / f"{plan.name}.elf"
        cache.export(elf, target)
        elf = target
    return _describe(plan, elf, cached)


def build_host(plan: BuildPlan) -> Path:
    """Build the program of `workbench.builder.host.host_plan`, or take it from the cache."""
    program, _ = _find_or_make(plan, None)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def _find_or_make(plan: BuildPlan, progress: Progress | None) -> tuple[Path, bool]:
    found = cache.lookup(plan)
    if found is not None:
        return found, True
    tree = cache.tree(plan)
    with cache.locked(tree):
        found = cache.lookup(plan)  # made by the process that had the lock
        if found is not None:
            return found, True
        elf = execute(plan, tree, progress)
        if sources_changed(plan):  # the image would be filed under the hash of other sources
            raise BuildError("the firmware's sources changed during the build", "build again")
        return cache.publish(plan, elf), False


def _describe(plan: BuildPlan, elf: Path, cached: bool) -> BuiltImage:
    from workbench.image import Image

    footprint = measure_footprint(Image.from_file(elf))
    return BuiltImage(
        elf=elf,
        board=plan.board,
        kernels=plan.kernels,
        model_name=plan.model_name,
        model_sha256=plan.model.sha256,
        arena_bytes=footprint.arena,
        stack_bytes=plan.stack_bytes,
        toolchain=plan.toolchain.gcc.version,
        plan_hash=plan.hash,
        cached=cached,
        footprint=footprint,
    )
