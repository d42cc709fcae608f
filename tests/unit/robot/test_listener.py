"""Which keyword fails a test, and which failure was asked for."""

from types import SimpleNamespace

import pytest

from workbench.robot.listener import SuiteListener


class Hearer:
    """Notes what the library hears from the listener, in order."""

    def __init__(self):
        self.what: list[str] = []
        self.keywords: list[int] = []  # how much had been told when each ended
        self.listener = SuiteListener(
            lambda: self.what.append("begins"),
            lambda: self.keywords.append(len(self.what)),
            lambda: self.what.append("fails"),
            lambda: self.what.append("ends"),
        )

    def fail(self, *names):
        """Run keywords within each other, the innermost of which fails them all."""
        for name in names:
            self.listener.start_keyword(None, SimpleNamespace(name=name))
        for _ in names:
            self.listener.end_keyword(None, SimpleNamespace(failed=True))


def test_a_test_begins_and_the_suite_ends():
    hearer = Hearer()
    hearer.listener.start_test(None, None)
    hearer.listener.close()
    assert hearer.what == ["begins", "ends"]


def test_the_end_of_every_keyword_is_told_before_its_failure():
    hearer = Hearer()
    hearer.fail("Boot The Board", "Boot Firmware")
    assert hearer.keywords == [0, 1]


def test_a_keyword_that_fails_is_told_before_those_around_it():
    hearer = Hearer()
    hearer.fail("Boot The Board", "Boot Firmware")
    assert hearer.what == ["fails", "fails"]


@pytest.mark.parametrize(
    "around", ["Run Keyword And Expect Error", "Wait Until Keyword Succeeds", "TRY"]
)
def test_a_failure_within_a_keyword_that_expects_it_is_not_told(around):
    hearer = Hearer()
    if around == "TRY":
        hearer.listener.start_try(None, None)
    else:
        hearer.listener.start_keyword(None, SimpleNamespace(name=around))
    hearer.fail("Label Should Be")
    assert hearer.what == []


def test_a_failure_after_try_is_told():
    hearer = Hearer()
    hearer.listener.start_try(None, None)
    hearer.listener.end_try(None, None)
    hearer.fail("Label Should Be")
    assert hearer.what == ["fails"]
