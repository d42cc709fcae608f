"""The commands that editors give GDB over its machine interface.

Neither extension runs here. The commands are those that their sources give: MIEngine (cppdbg),
DebuggedProcess.GetInitializeCommands; cortex-debug, ExternalServerController.
"""

from __future__ import annotations

import re
import subprocess

from .conftest import DEBUGGER, SECONDS, Server


def converse(server: Server, *commands: str) -> str:
    """Give GDB MI commands, each after the core has stopped for the one before."""
    gdb = subprocess.Popen(
        [DEBUGGER, "-nx", "-q", "--interpreter=mi2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert gdb.stdin is not None and gdb.stdout is not None
    said = ""
    try:
        for number, command in enumerate(commands, start=1):
            gdb.stdin.write(f"{number}{command}\n")
            gdb.stdin.flush()
            awaited = r"\*stopped" if command.startswith(("-exec-", "-target-select")) else None
            done = stopped = False
            while not (done and (stopped or awaited is None)):
                line = gdb.stdout.readline()
                assert line, said
                said += line
                done = done or bool(re.match(rf"{number}\^", line))
                stopped = stopped or bool(awaited and line.startswith("*stopped"))
                if line.startswith(f"{number}^error"):
                    break
        gdb.stdin.write("-gdb-exit\n")
        gdb.stdin.flush()
        rest, _ = gdb.communicate(timeout=SECONDS)
    finally:
        gdb.kill()
    return said + rest


def test_what_cppdbg_says(server: Server) -> None:
    said = converse(
        server,
        '-interpreter-exec console "set pagination off"',
        "-gdb-set auto-solib-add on",
        f"-environment-cd {server.elf.parent}",
        f"-file-exec-and-symbols {server.elf}",
        f"-target-select remote {server.where}",
        "-break-insert -f main",
        "-break-insert -f square",
        "-exec-continue",
        "-thread-info 1",
        "-stack-list-frames 0 100",
        "-data-list-register-names",
        "-data-list-register-values x 13 15",
        "-exec-continue",
        "-var-create - * n",
        '-data-evaluate-expression "total"',
        "-data-read-memory-bytes $sp 16",
        "-exec-next",
        "-exec-finish",
        "-break-delete 2",
        "-break-watch total",
        "-exec-continue",
    )
    assert "^error" not in said
    assert 'reason="breakpoint-hit"' in said and 'func="main"' in said
    assert 'reason="function-finished"' in said
    assert 'reason="watchpoint-trigger"' in said


def test_what_cortex_debug_says_to_an_external_server(server: Server) -> None:
    said = converse(
        server,
        f"-file-exec-and-symbols {server.elf}",
        f"-target-select extended-remote {server.where}",
        '-interpreter-exec console "monitor reset halt"',
        "-target-download",
        '-interpreter-exec console "monitor reset halt"',
        "-break-insert -t main",
        "-exec-continue",
        '-interpreter-exec console "monitor halt"',
        "-stack-list-variables --simple-values",
        "-target-detach",
    )
    assert "^error" not in said
    assert 'func="main"' in said
    assert "+download" in said
