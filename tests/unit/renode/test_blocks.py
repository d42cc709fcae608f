"""From recorded block beginnings to a Trace.

The code, with the instruction sizes that its first halfwords give:
    0x100: 2 bytes   0x102: 4 bytes   0x106: 2 bytes   0x108: 2 bytes   0x10a: 4 bytes
"""

import struct

from workbench.engines.code_cache import CacheShape
from workbench.engines.renode.blocks import BlockRecord
from workbench.engines.renode.recording import Recording
from workbench.trace import CacheSize, CodeFetches, FlashReads, LineMisses

CODE = bytes.fromhex("00bf00f000f800bffae700f000f8") + bytes(64)
BASE = 0x100


def memory(address: int, size: int) -> bytes:
    return CODE[address - BASE : address - BASE + size]


def record_of(tmp_path, records, executed):
    path = tmp_path / "blocks"
    path.write_bytes(b"".join(struct.pack("<QQ", *record) for record in records))
    return BlockRecord(path, executed, memory)


def trace_of(tmp_path, records, executed):
    return record_of(tmp_path, records, executed).trace(0, executed)


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


def test_parts_add_up_and_a_jump_belongs_to_what_comes_after_it(tmp_path):
    record = record_of(tmp_path, [(0x100, 0), (0x102, 1), (0x102, 4), (0x10A, 7)], 8)
    first, second = record.trace(0, 4), record.trace(4, 8)
    assert first.counts == {0x100: 1, 0x102: 1, 0x106: 1, 0x108: 1}
    assert second.counts == {0x102: 1, 0x106: 1, 0x108: 1, 0x10A: 1}
    assert (first.jumps, second.jumps) == ({}, {(0x108, 0x102): 1})
    assert second.code == {0x102: CODE[2:14]}


def test_parts_can_be_read_once_the_machine_is_gone(tmp_path):
    blocks = tmp_path / "blocks"
    blocks.write_bytes(struct.pack("<QQQQ", 0x100, 5, 0x102, 6))
    here = True

    def read(address, size):
        assert here
        return memory(address, size)

    recording = Recording(blocks, tmp_path / "reads", 5, read)
    marks = [recording.mark(6, 0), recording.mark(9, 0)]
    whole = recording.finish(9)
    here = False
    assert not blocks.exists()
    assert marks[1].since(None) == whole
    assert marks[1].since(marks[0]).counts == {0x102: 1, 0x106: 1, 0x108: 1}


def test_what_the_code_cache_missed_is_told_by_marks(tmp_path):
    """Two lines of 16 bytes take turns in a cache of one."""
    blocks = tmp_path / "blocks"
    steps = [(0x100, 0), (0x11A, 1), (0x100, 2), (0x11A, 3)]
    blocks.write_bytes(b"".join(struct.pack("<QQ", *step) for step in steps))
    cache = CacheShape(1, 16, ((0x100, 0x200),))
    recording = Recording(blocks, tmp_path / "reads", 0, memory, cache)
    marks = [recording.mark(3, 0), recording.mark(4, 0)]
    jumped = LineMisses((0, 1), (0, 1), (0, 1))
    fetches = recording.finish(4).code_fetches
    assert fetches and fetches.misses == {
        0x100: LineMisses((0, 1), (0, 2), (0, 2)),
        0x11A: LineMisses((0, 2), (0, 2), (0, 2)),
    }
    assert marks[1].since(marks[0]).code_fetches == CodeFetches(1, 16, {0x11A: jumped})


def test_lines_read_before_a_mark_are_still_there_after_it(tmp_path):
    blocks, reads = tmp_path / "blocks", tmp_path / "reads"
    blocks.write_bytes(struct.pack("<QQQQ", 0x100, 0, 0x100, 1))
    reads.write_bytes(struct.pack("<QQQQ", 0x100, 0x800, 0x100, 0x804))
    recording = Recording(blocks, reads, 0, memory, data_cache=CacheSize(8, 16))
    marks = [recording.mark(1, 1), recording.mark(2, 2)]
    assert marks[0].since(None).flash_reads == {0x100: FlashReads(1, 1)}
    assert marks[1].since(marks[0]).flash_reads == {0x100: FlashReads(1, 0)}


def test_without_a_data_cache_each_read_is_of_the_flash(tmp_path):
    blocks, reads = tmp_path / "blocks", tmp_path / "reads"
    blocks.write_bytes(struct.pack("<QQQQ", 0x100, 0, 0x100, 1))
    reads.write_bytes(struct.pack("<QQQQ", 0x100, 0x800, 0x100, 0x804))
    trace = Recording(blocks, reads, 0, memory).finish(2)
    assert trace.flash_reads == {0x100: FlashReads(2, 2)}
    assert trace.data_cache.lines == 0
