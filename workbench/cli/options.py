"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from workbench.engines import EngineChoice


class KernelSet(str, Enum):
    """Which kernels the firmware is built with."""

    REFERENCE = "reference"
    CMSIS_NN = "cmsis_nn"
    DSP = "dsp"


DEFAULT_BOARD = "stm32f4_discovery"
DEFAULT_KERNELS = KernelSet.CMSIS_NN
KERNELS_HELP = "Portable C++, Arm's CMSIS-NN, or our own for DSP instructions."

EngineOption = Annotated[
    EngineChoice, typer.Option("--engine", help="What executes the firmware.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
PlatformOption = Annotated[
    str | None,
    typer.Option("--platform", "-p", help="A board by name, or the folder of a platform."),
]
ReplOption = Annotated[
    Path | None, typer.Option("--repl", help="Your own .repl instead of a platform.")
]
UartOption = Annotated[
    str | None,
    typer.Option("--uart", help="Console, by its name in the .repl; else the platform's own."),
]
BoardOption = Annotated[str, typer.Option("--board", "-b", help="The board to build for.")]
KernelsOption = Annotated[KernelSet, typer.Option("--kernels", "-k", help=KERNELS_HELP)]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="Your .tflite; else the committed keyword spotter."),
]
FeaturesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--features",
        help="Recordings or features for our firmware to classify. May be repeated.",
    ),
]
FunctionOption = Annotated[
    str | None,
    typer.Option("--function", help="Each call of this function, by name or address."),
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="Each passage from this symbol or address ...")
]
ToOption = Annotated[str | None, typer.Option("--to", help="... to this one, not included.")]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Stop when the console matches this regex.")
]
ElfArgument = Annotated[Path, typer.Argument(help="Any ELF for a Cortex-M4.")]
LimitOption = Annotated[
    str, typer.Option("--limit", help="Virtual time (5s, 200ms) or instructions (10Minstr).")
]
InputOption = Annotated[
    Path | None,
    typer.Option("--input", help="Send the console the bytes of this file; - is stdin."),
]
