"""From the options of a command to what is chosen for its builds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.builder import BuildChoices


def build_choices(
    arena: int | None,
    stack: int | None,
    cmsis_nn: Path | None = None,
    tflm_lib: Path | None = None,
    tflm_include: Sequence[Path] | None = None,
    tflm_define: Sequence[str] | None = None,
    custom_op: Sequence[str] | None = None,
) -> BuildChoices:
    """Return what the shared options of `workbench.cli.options` say."""
    from workbench.builder import BuildChoices
    from workbench.builder.custom_ops import read_custom_ops

    return BuildChoices(
        arena_bytes=arena,
        stack_bytes=stack,
        cmsis_nn=cmsis_nn,
        tflm_library=tflm_lib,
        tflm_include=tuple(tflm_include or ()),
        tflm_definitions=tuple(tflm_define or ()),
        custom_ops=read_custom_ops(custom_op or ()),
    )
