"""From the tracer's blocks and edges to the engine-independent `Trace`."""

from __future__ import annotations

from workbench.engines.embedded.thumb import instructions
from workbench.engines.embedded.tracer import Recording
from workbench.trace import Trace


def to_trace(recording: Recording) -> Trace:
    """Spread block counts over instructions, and drop edges that only cut straight code."""
    counts: dict[int, int] = {}
    code: dict[int, bytes] = {}
    lasts: list[int] = []
    for address, block, times in recording.blocks:
        last = address
        for offset, _, _ in instructions(block):
            last = address + offset
            counts[last] = counts.get(last, 0) + times
        lasts.append(last)
        if len(block) > len(code.get(address, b"")):
            code[address] = block
    jumps: dict[tuple[int, int], int] = {}
    for (before, after), times in recording.edges.items():
        address, block, _ = recording.blocks[before]
        target = recording.blocks[after][0]
        if target == address + len(block):
            continue
        jump = (lasts[before], target)
        jumps[jump] = jumps.get(jump, 0) + times
    return Trace(counts=counts, jumps=jumps, code=_merge(code))


def _merge(code: dict[int, bytes]) -> dict[int, bytes]:
    """Join pieces of code that touch or overlap, so that equal runs give equal mappings."""
    merged: dict[int, bytearray] = {}
    start = end = -1
    for address in sorted(code):
        block = code[address]
        if start >= 0 and address <= end:
            merged[start][address - start : address - start + len(block)] = block
            end = max(end, address + len(block))
        else:
            start, end = address, address + len(block)
            merged[start] = bytearray(block)
    return {address: bytes(piece) for address, piece in merged.items()}
