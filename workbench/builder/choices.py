"""What a user chooses for a build beside board, kernel set and model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.builder.custom_ops import CustomOp


@dataclass(frozen=True)
class BuildChoices:
    """The same for every image of a command. Sizes in bytes.

    arena_bytes: None is the least that the model starts with. stack_bytes: None is the default of
    the builder. cmsis_nn: None is what the package
    bakenn carries. tflm_*: a TensorFlow Lite Micro to link in place of our runtime. custom_ops:
    those that the model uses are compiled into the firmware.
    """

    arena_bytes: int | None = None
    stack_bytes: int | None = None
    cmsis_nn: Path | None = None
    tflm_library: Path | None = None
    tflm_include: tuple[Path, ...] = ()
    tflm_definitions: tuple[str, ...] = ()
    custom_ops: tuple[CustomOp, ...] = ()


DEFAULT_CHOICES = BuildChoices()
