"""`workbench run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import end_with, print_json, read_input
from workbench.cli.options import (
    ElfArgument,
    EngineOption,
    InputOption,
    JsonOption,
    LimitOption,
    PlatformOption,
    ReplOption,
    TrustOption,
    UartOption,
    UartPacingOption,
    UntilOption,
)
from workbench.engines import EngineChoice
from workbench.report.terminal import terminal

if TYPE_CHECKING:
    from workbench.runs.running import RunResult

app = typer.Typer(add_completion=False)


@app.command()
def run(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
    uart_pacing: UartPacingOption = None,
    until: UntilOption = None,
    limit: LimitOption = "10s",
    input: InputOption = None,
    through_faults: Annotated[
        bool,
        typer.Option("--through-faults", help="Let the firmware's own fault handlers run."),
    ] = False,
    press: Annotated[
        list[str] | None,
        typer.Option(
            "--press",
            metavar="NAME@TIME",
            help="Press a button of the .repl then, and release it after 100ms, or as in "
            "NAME@TIME+50ms after 50ms. May be repeated.",
        ),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            "--pin",
            metavar="PORT@PIN=LEVEL@TIME",
            help="Put a level, high or low, on a pin of a GPIO port then, such as "
            "gpioPortA@3=high@200ms. May be repeated.",
        ),
    ] = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Boot any ELF, show its UART live, and say why it stopped and how many instructions it took.

    Exits with 1 where the firmware faulted, ended itself with another exit code than 0, says that
    its model does not start, or did not print what --until waits for.
    """
    from workbench.image import Image
    from workbench.machine import open_machine
    from workbench.platform import select_platform
    from workbench.runs.limits import parse_limit
    from workbench.runs.running import run_image, stop_pattern
    from workbench.runs.stimuli import parse_pin, parse_press

    pattern = stop_pattern(until)
    bound = parse_limit(limit)
    image = Image.from_file(elf)
    target = select_platform(platform, repl=repl, uart=uart, uart_pacing=uart_pacing)
    send = read_input(input)
    stimuli = [one for text in press or () for one in parse_press(text, target)]
    stimuli += [one for text in pin or () for one in parse_pin(text, target)]
    with open_machine(engine.value, image, target) as machine:
        listener = None if json else _show
        result = run_image(machine, bound, pattern, send, listener, through_faults, stimuli)
    if json:
        print_json(result)
    else:
        _report(result)
    end_with(result.exit_code)


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _report(result: RunResult) -> None:
    """Say on stderr why the run ended, apart from what the firmware printed on stdout."""
    from workbench.report.run import run_lines

    console = terminal(stderr=True)
    if result.uart and not result.uart.endswith("\n"):
        console.print()  # the console stopped in mid-line
    for line in run_lines(result):
        console.print(line, markup=False, soft_wrap=True)
