"""A guard in front of a machine whose console is scripted: what ends a run, what is noted."""

import re

import pytest

from tests.unit.bare_engine import BareEngine
from tests.unit.fault.machines import Pieces, Zeros, image, platform
from workbench.dut.guard import Guard
from workbench.engines.base import (
    Instructions,
    Seconds,
    Snapshot,
    Stop,
    StopKind,
    StopReason,
    Uart,
)
from workbench.errors import CheckFailedError, UserError


class TalkingEngine(BareEngine, Uart):
    """Says one byte an instruction, then idles; stops where the pattern is complete."""

    name = "talking"
    registers = Zeros()
    memory = Pieces({})

    def __init__(self, text):
        self.text = text
        self.said = self.consumed = 0
        self.written = b""

    @property
    def uart(self) -> Uart:
        return self

    def reset(self):
        self.said = self.consumed = 0

    def run(self, until, limit):
        end = len(self.text)
        if isinstance(limit, Instructions):
            end = min(end, self.said + limit.count)
        while self.said < end:
            self.said += 1
            unread = self.text[self.consumed : self.said]
            if until.uart is not None and re.search(until.uart, unread, re.DOTALL):
                return self._reason(StopKind.UART)
        return self._reason(StopKind.IDLE if end == len(self.text) else StopKind.LIMIT)

    def _reason(self, kind):
        return StopReason(kind, 0, self.said, self.said * 1e-6)

    @property
    def instructions(self):
        return self.said

    def write(self, data):
        self.written += data

    def read(self):
        unread = self.text[self.consumed : self.said]
        self.consumed = self.said
        return unread

    @property
    def transcript(self):
        return self.text[: self.said]

    def listen(self, listener):
        pass

    def snapshot(self):
        return Snapshot(self.name, (self.said, self.consumed))

    def restore(self, snapshot):
        self.said, self.consumed = snapshot.state


ANY = Seconds(1.0)


def guarded(text, *patterns):
    guard = Guard(TalkingEngine(text), patterns)
    guard.load(image(), platform())
    return guard


def test_a_fail_pattern_ends_the_run_where_it_is_complete():
    guard = guarded(b"ok\npanic: stack\nmore\n", "panic")
    with pytest.raises(CheckFailedError, match="panic"):
        guard.run(Stop(uart=b"never"), ANY)
    assert guard.instructions == len(b"ok\npanic")


def test_a_wanted_pattern_before_it_is_found():
    guard = guarded(b"ok\npanic\n", "panic")
    assert guard.run(Stop(uart=b"ok"), ANY).kind is StopKind.UART


def test_a_fail_pattern_is_told_once():
    guard = guarded(b"panic\nready\n", "panic")
    with pytest.raises(CheckFailedError):
        guard.run(Stop(), ANY)
    assert guard.run(Stop(uart=b"ready"), ANY).kind is StopKind.UART


def test_a_fail_pattern_in_two_runs_is_seen():
    guard = guarded(b"panic\n", "panic")
    guard.run(Stop(), Instructions(3))
    with pytest.raises(CheckFailedError):
        guard.run(Stop(), ANY)


def test_what_is_no_regular_expression_is_refused():
    with pytest.raises(UserError, match="regular expression"):
        guarded(b"", "(")


def test_the_journal_leads_a_second_machine_to_the_same_place():
    guard = guarded(b"hello, world")
    guard.run(Stop(uart=b","), ANY)
    guard.uart.write(b"abc")
    guard.run(Stop(), Instructions(3))
    second = TalkingEngine(b"hello, world")
    for event in guard.journal.events:
        event.apply(second)
    assert (second.instructions, second.written) == (guard.instructions, b"abc")


def test_the_journal_goes_back_with_a_snapshot():
    guard = guarded(b"hello, world")
    guard.run(Stop(), Instructions(3))
    saved = guard.snapshot()
    guard.run(Stop(), Instructions(3))
    guard.restore(saved)
    assert len(guard.journal.events) == 1
    assert guard.instructions == 3


def test_reset_begins_a_new_journal():
    guard = guarded(b"hello")
    guard.run(Stop(), ANY)
    guard.reset()
    assert not guard.journal.events


def test_the_journal_knows_what_was_read_between_two_runs_for_the_same_pattern():
    guard = guarded(b"one\ntwo\nthree\n")
    for _ in range(2):
        guard.run(Stop(uart=b"\n"), ANY)
        guard.uart.read()
    second = TalkingEngine(b"one\ntwo\nthree\n")
    for event in guard.journal.events:
        event.apply(second)
    assert second.instructions == guard.instructions == len(b"one\ntwo\n")
