"""Watchpoints: Renode's own, on the system bus.

Renode takes a page with a watchpoint off the fast path. At a watched access it calls the hook and
takes the instruction back: the run ends before it. An unaligned access is not taken back, the run
ends behind its block. So while something is watched each instruction is a block of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from workbench.engines.base import Watchpoint
from workbench.engines.renode.worker.dotnet import BusAccess, SysbusAccessWidth
from workbench.engines.renode.worker.machine import RenodeError, RenodeMachine

_WIDTHS = (
    (1, SysbusAccessWidth.Byte),
    (2, SysbusAccessWidth.Word),
    (4, SysbusAccessWidth.DoubleWord),
    (8, SysbusAccessWidth.QuadWord),
)
_MOST_BYTES = 4096  # each byte costs Renode several entries, and a look at them at every access


@contextmanager
def watching(machine: RenodeMachine, points: Collection[Watchpoint]) -> Iterator[None]:
    """Let accesses to `points` be noticed for a while."""
    if not points:
        yield
        return
    bus, hooks, cpu = machine.machine.SystemBus, machine.hooks, machine.cpu
    added: list[tuple[int, Any]] = []
    block_size = cpu.MaximumBlockSize
    cpu.MaximumBlockSize = 1
    try:
        for point in points:
            if point.size > _MOST_BYTES:
                raise RenodeError(f"Renode cannot watch {point.size:,} bytes", "watch")
            for wanted, access, hook in (
                (point.read, BusAccess.Read, hooks.read),
                (point.write, BusAccess.Write, hooks.write),
            ):
                if not wanted:
                    continue
                for address, width in _covering(point):
                    bus.AddWatchpointHook(address, width, access, hook)
                    added.append((address, hook))
        yield
    finally:
        for address, hook in added:
            bus.RemoveWatchpointHook(address, hook)
        cpu.MaximumBlockSize = block_size


def _covering(point: Watchpoint) -> Iterator[tuple[int, Any]]:
    """Every aligned access, as (address, width), that touches a byte of `point`."""
    for size, width in _WIDTHS:
        first = point.address - point.address % size
        for address in range(first, point.address + point.size, size):
            yield address, width
