"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.engines import EngineChoice
from workbench.engines.scripts.trust import trust
from workbench.model.kernel_sets import kernel_sets

DEFAULT_BOARD = "stm32f4_discovery"
DEFAULT_KERNELS = "cmsis_nn"

KERNELS = "|".join(kernel_sets())


def kernel_set(name: str) -> str:
    """Return the name of a kernel set, after checking that there is one."""
    if name not in kernel_sets():
        raise typer.BadParameter(f"'{name}' is not one of {', '.join(kernel_sets())}")
    return name


def _trust(given: bool) -> bool:
    if given:
        trust()
    return given


EngineOption = Annotated[
    EngineChoice,
    typer.Option("--engine", help="What executes the firmware; auto is Renode where it is usable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
PlatformOption = Annotated[
    str | None,
    typer.Option(
        "--platform",
        "-p",
        metavar="NAME",
        help="A board, such as nrf52840_dk, or the folder of a platform.",
    ),
]
ReplOption = Annotated[
    Path | None,
    typer.Option("--repl", metavar="FILE", help="Your own .repl instead of a platform."),
]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust-scripts",
        help="Let Python run peripherals.py beside the .repl, and scripts beyond the safe subset.",
        callback=_trust,
    ),
]
UartOption = Annotated[
    str | None,
    typer.Option(
        "--uart",
        metavar="NAME",
        help="Console, by its name in the .repl; else the platform's own.",
    ),
]
UartPacingOption = Annotated[
    str | None,
    typer.Option(
        "--uart-pacing",
        metavar="baud|off",
        help="Bytes come to the console at the baud rate that the firmware sets, or as fast as it "
        "takes them; else as the platform says, which is baud.",
    ),
]
BoardOption = Annotated[
    str, typer.Option("--board", "-b", metavar="NAME", help="The board to build for.")
]
KernelsOption = Annotated[
    str | None,
    typer.Option(
        "--kernels",
        "-k",
        metavar=KERNELS,
        parser=kernel_set,
        show_default=DEFAULT_KERNELS,
        help="Portable C++, Arm's CMSIS-NN, or our own for DSP instructions.",
    ),
]
KernelSetsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kernels",
        "-k",
        metavar=KERNELS,
        parser=kernel_set,
        help="Kernel set; may be repeated; else all.",
    ),
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model", "-m", metavar="FILE", help="Your .tflite; else the committed keyword spotter."
    ),
]
ArenaOption = Annotated[
    int | None,
    typer.Option(
        "--arena",
        metavar="BYTES",
        help="Size of the tensor arena; else the least that the model starts with.",
        min=1,
    ),
]
StackOption = Annotated[
    int | None,
    typer.Option("--stack", metavar="BYTES", help="Size of the stack; else 4096.", min=512),
]
CmsisNnOption = Annotated[
    Path | None,
    typer.Option("--cmsis-nn", metavar="FOLDER", help="Another CMSIS-NN than bakenn's."),
]
TflmLibOption = Annotated[
    Path | None,
    typer.Option(
        "--tflm-lib",
        metavar="FILE",
        help="Link this libtensorflow-microlite.a in place of the workbench's runtime.",
    ),
]
TflmIncludeOption = Annotated[
    list[Path] | None,
    typer.Option("--tflm-include", metavar="FOLDER", help="Its include folder; may be repeated."),
]
TflmDefineOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tflm-define", metavar="MACRO", help="A macro it was built with; may be repeated."
    ),
]
CustomOpOption = Annotated[
    list[str] | None,
    typer.Option(
        "--custom-op",
        metavar="NAME=FILE.cc[:FUNCTION]",
        help="Source of a custom operator of the model; may be repeated. FUNCTION, else "
        "Register_NAME, returns its TFLMRegistration.",
    ),
]
FeaturesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--features",
        metavar="FILE",
        help="Recording or features for our firmware to classify; may be repeated.",
    ),
]
FunctionOption = Annotated[
    str | None,
    typer.Option(
        "--function", metavar="POINT", help="Each call of this function: a symbol or an address."
    ),
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="POINT", help="Each passage from this symbol or address,"),
]
ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="POINT", help="to this one, which is not included."),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="REGEX", help="Stop when the console matches this."),
]
ElfArgument = Annotated[Path, typer.Argument(metavar="ELF", help="Any ELF for a Cortex-M4.")]
LimitOption = Annotated[
    str,
    typer.Option(
        "--limit",
        metavar="LIMIT",
        help="Most virtual time (5s, 200ms) or instructions (10Minstr) to run.",
    ),
]
InputOption = Annotated[
    Path | None,
    typer.Option(
        "--input", metavar="FILE", help="Send the console the bytes of this file; - is stdin."
    ),
]
