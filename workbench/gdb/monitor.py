"""What GDB's `monitor` understands; the words are those of OpenOCD where it has the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.gdb.board import Board
from workbench.text import printable

_RESETS = ("reset", "reset halt", "reset init")
_HELP = """\
reset [halt]   power-on reset; the board stands at its first instruction
halt           nothing to do: what GDB does not run stands still
instructions   how many were issued since reset
time           virtual time since reset
fault          why the firmware crashed, again
faults stop    a fault ends `continue` at its handler (at the start)
faults run     fault handlers run; break in them to stop there
help           this list
After a reset GDB still shows the old registers: `maintenance flush register-cache`, or `stepi`.
"""


@dataclass
class Settings:
    """What the monitor can change for a session."""

    stops_at_faults: bool = True


class Monitor:
    """Carries out commands for one session."""

    def __init__(self, board: Board, settings: Settings) -> None:
        self._board = board
        self._settings = settings
        self._seconds = 0.0  # virtual time of the last stop
        self._crash = ""

    def note_time(self, seconds: float) -> None:
        """The machine has stopped at this virtual time."""
        self._seconds = seconds

    def note_crash(self, text: str) -> None:
        """The firmware has crashed; `text` says why."""
        self._crash = text

    def run(self, command: str) -> str:
        """Carry out `command` and return what to say."""
        words = " ".join(command.split()).lower()
        commands: dict[str, Callable[[], str]] = {
            **dict.fromkeys(_RESETS, self._reset),
            "halt": lambda: f"{self._board.name}: halted\n",
            "instructions": lambda: (
                f"{self._board.engine.instructions:,} instructions since reset\n"
            ),
            "time": lambda: f"{self._seconds:.9f} s of virtual time since reset\n",
            "fault": lambda: self._crash or "no fault since reset\n",
            "faults stop": lambda: self._faults(True),
            "faults run": lambda: self._faults(False),
            "help": lambda: _HELP,
        }
        if words not in commands:
            return f"no monitor command {command!r}; there are:\n{_HELP}"
        return printable(commands[words]())

    def _reset(self) -> str:
        self._board.reset()
        self._seconds = 0.0
        self._crash = ""
        return f"{self._board.name}: reset, halted\n"

    def _faults(self, stop: bool) -> str:
        self._settings.stops_at_faults = stop
        return "faults stop the board\n" if stop else "fault handlers run\n"
