"""What a line of code waits for: reached in sequence or by a jump, with and without prefetch."""

from workbench.timing.cycles import Cycles
from workbench.timing.flash import Flash
from workbench.timing.waits import CodeWait

TABLE = (30_000_000, 60_000_000)
PREFETCH = Flash("a part", TABLE, prefetch=True, read_bytes=16)


def test_prefetch_reads_while_the_core_consumes_the_line_before():
    """16 bytes last 8, 5 or 4 cycles at 2, 3 or 4 bytes a cycle, the first of which starts it."""
    wait = CodeWait.of(PREFETCH, 5)
    assert wait.in_sequence == Cycles(0, 1, 2)
    assert wait.by_jump == Cycles.exactly(5)
    assert wait.best(in_sequence=10, by_jump=3) == 10 * 1 + 3 * 5


def test_a_flash_that_is_faster_than_the_core_never_waits_in_sequence():
    assert CodeWait.of(PREFETCH, 3).in_sequence == Cycles(0, 0, 0)


def test_without_prefetch_each_line_waits_for_all_of_it():
    wait = CodeWait.of(Flash("a part", TABLE), 5)
    assert wait.in_sequence == wait.by_jump == Cycles.exactly(5)
