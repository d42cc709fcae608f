"""A GDB server over any engine: GDB's Remote Serial Protocol, on the loopback interface only."""

from __future__ import annotations

from workbench.gdb.board import Board
from workbench.gdb.server import GdbServer, gdb_command

__all__ = ["Board", "GdbServer", "gdb_command"]
