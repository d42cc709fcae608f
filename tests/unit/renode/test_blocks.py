"""From recorded block beginnings to a Trace.

The code, with the instruction sizes that its first halfwords give:
    0x100: 2 bytes   0x102: 4 bytes   0x106: 2 bytes   0x108: 2 bytes   0x10a: 4 bytes
"""

import struct

from workbench.engines.renode.blocks import read_trace

CODE = bytes.fromhex("00bf00f000f800bffae700f000f8") + bytes(64)
BASE = 0x100


def memory(address: int, size: int) -> bytes:
    return CODE[address - BASE : address - BASE + size]


def trace_of(tmp_path, records, executed):
    path = tmp_path / "blocks"
    path.write_bytes(b"".join(struct.pack("<QQ", *record) for record in records))
    return read_trace(path, executed, memory)


def test_nothing_recorded_is_an_empty_trace(tmp_path):
    trace = trace_of(tmp_path, [], 0)
    assert (trace.counts, trace.jumps, trace.code) == ({}, {}, {})


def test_every_instruction_of_a_block_is_counted(tmp_path):
    trace = trace_of(tmp_path, [(0x100, 10)], 14)
    assert trace.counts == {0x100: 1, 0x102: 1, 0x106: 1, 0x108: 1}
    assert trace.jumps == {}
    assert trace.code == {0x100: CODE[:10]}


def test_loop_gives_one_jump_from_its_last_instruction(tmp_path):
    loop = [(0x100, 0), (0x102, 1), (0x102, 4), (0x102, 7)]
    trace = trace_of(tmp_path, loop, 10)
    assert trace.counts == {0x100: 1, 0x102: 3, 0x106: 3, 0x108: 3}
    assert trace.jumps == {(0x108, 0x102): 2}
    assert trace.instructions == 10


def test_block_cut_short_counts_what_was_executed_of_it(tmp_path):
    trace = trace_of(tmp_path, [(0x100, 0), (0x10A, 2)], 3)
    assert trace.counts == {0x100: 1, 0x102: 1, 0x10A: 1}
    assert trace.jumps == {(0x102, 0x10A): 1}
    assert trace.code == {0x100: CODE[:6], 0x10A: CODE[10:14]}


def test_going_on_where_a_stop_was_is_no_jump(tmp_path):
    assert trace_of(tmp_path, [(0x100, 0), (0x102, 1)], 2).jumps == {}


def test_block_announced_and_not_entered_leaves_nothing(tmp_path):
    trace = trace_of(tmp_path, [(0x100, 0), (0x10A, 1), (0x10A, 1)], 2)
    assert trace.counts == {0x100: 1, 0x10A: 1}
    assert trace.jumps == {(0x100, 0x10A): 1}
