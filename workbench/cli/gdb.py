"""`workbench gdb`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import read_input
from workbench.cli.options import (
    ElfArgument,
    EngineOption,
    InputOption,
    PlatformOption,
    ReplOption,
    TrustOption,
    UartOption,
    UartPacingOption,
)
from workbench.engines import EngineChoice
from workbench.report.terminal import terminal

app = typer.Typer(add_completion=False)


@app.command()
def gdb(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
    uart_pacing: UartPacingOption = None,
    port: Annotated[
        int,
        typer.Option("--port", metavar="PORT", help="On 127.0.0.1; 0 takes any.", min=0, max=65535),
    ] = 3333,
    snapshot: Annotated[
        Path | None,
        typer.Option("--snapshot", metavar="FILE", help="Begin where a failed test left off."),
    ] = None,
    input: InputOption = None,
    once: Annotated[bool, typer.Option("--once", help="End when the first GDB leaves.")] = False,
    engine: EngineOption = EngineChoice.AUTO,
) -> None:
    """Serve a board to GDB on the loopback interface, halted at reset.

    The UART goes to stdout. In GDB, `load` programs the flash and `monitor help` lists the rest.
    """
    from workbench.engines.scripts.trust import trusted
    from workbench.gdb import Board, GdbServer, gdb_command
    from workbench.image import Image
    from workbench.machine import open_machine
    from workbench.platform import select_platform
    from workbench.runs.snapshots import read_snapshot, restored

    image = Image.from_file(elf)
    target = select_platform(platform, repl=repl, uart=uart, uart_pacing=uart_pacing)
    saved = read_snapshot(snapshot, trusted()) if snapshot is not None else None
    send = read_input(input)
    with ExitStack() as stack:
        chosen = saved.engine if saved else engine.value
        machine = stack.enter_context(open_machine(chosen, image, target))
        if saved is not None:
            stack.enter_context(restored(machine.engine, saved))
        machine.engine.uart.listen(_show)
        machine.send(send)
        with GdbServer(Board(machine), port) as server:
            console = terminal(stderr=True)
            board = f"{target.name} on the {machine.engine.name} engine"
            console.print(f"{board}, halted; connect with:", soft_wrap=True)
            console.print(f"  {gdb_command(elf, server.port)}", markup=False, soft_wrap=True)
            server.serve_one()
            while not once:
                server.serve_one()


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
