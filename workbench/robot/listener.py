"""What the library hears of the suite that runs: where each test begins, and what fails it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_TRY = "TRY"
_FAILURE_IS_EXPECTED = {
    _TRY,
    "Run Keyword And Expect Error",
    "Run Keyword And Ignore Error",
    "Run Keyword And Return Status",
    "Run Keyword And Warn On Failure",
    "Wait Until Keyword Succeeds",
}


class SuiteListener:
    """A listener of one library, as Robot Framework's user guide, 4.3, describes it."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(
        self,
        begin_test: Callable[[], None],
        after_keyword: Callable[[], None],
        note_failure: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        """`after_keyword` is called at the end of every keyword, `note_failure` at one that fails
        its test, before teardowns run, and at each keyword around it; `close` when the suite ends.
        """
        self._begin_test = begin_test
        self._after_keyword = after_keyword
        self._note_failure = note_failure
        self._close = close
        self._callers: list[str] = []  # of the keyword that runs, outermost first

    def start_test(self, data: Any, result: Any) -> None:
        """A test begins."""
        self._begin_test()

    def start_keyword(self, data: Any, result: Any) -> None:
        """A keyword begins."""
        self._callers.append(result.name or "")

    def end_keyword(self, data: Any, result: Any) -> None:
        """A keyword has ended."""
        self._callers.pop()
        self._after_keyword()
        if result.failed and _FAILURE_IS_EXPECTED.isdisjoint(self._callers):
            self._note_failure()

    def start_try(self, data: Any, result: Any) -> None:
        """A TRY block begins: failures in it are expected."""
        self._callers.append(_TRY)

    def end_try(self, data: Any, result: Any) -> None:
        """A TRY block has ended."""
        self._callers.pop()

    def close(self) -> None:
        self._close()
