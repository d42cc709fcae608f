"""What is a failed check, whatever ran the firmware."""

import pytest

from workbench.engines.base import StopKind, StopReason
from workbench.errors import CheckFailedError
from workbench.fault.explanation import Explanation, explain
from workbench.link.boot_log import model_failure
from workbench.machine import Ending, Verdict
from workbench.runs.verdict import require_good_end

from .machines import image, platform
from .samples import diagnosis

FAILED = b"board: 168000000 Hz\r\nmodel failed, error 19 (64): arena of 512 bytes\r\n"


def ended(kind=None, console=b"", **stop):
    """How a run ended; None: all that was asked was answered."""
    reason = None if kind is None else StopReason(kind, 0x0800_0200, 10, 0.1, **stop)
    return Ending(image(), platform(), "embedded", reason, console)


@pytest.mark.parametrize("kind", [None, StopKind.IDLE, StopKind.LIMIT, StopKind.PC, StopKind.UART])
def test_firmware_that_goes_on_or_ends_with_0_is_good(kind):
    end = Explanation(ended(kind, exit_code=0))
    assert end.verdict is Verdict.GOOD
    require_good_end(end.failure)


@pytest.mark.parametrize(
    ("end", "verdict", "says"),
    [
        (
            Explanation(ended(StopKind.FAULT), diagnosis()),
            Verdict.CRASHED,
            "then the firmware crashed:\nBusFault: read of 4",
        ),
        (
            Explanation(ended(StopKind.LOCKUP, detail="BKPT in NMI")),
            Verdict.CRASHED,
            "BKPT in NMI",
        ),
        (
            Explanation(ended(StopKind.IDLE, exit_code=3)),
            Verdict.EXIT_CODE,
            "ended itself with exit code 3",
        ),
        (Explanation(ended(console=FAILED)), Verdict.MODEL_FAILED, "start: arena too small"),
    ],
)
def test_what_is_not_good_is_a_failed_check(end, verdict, says):
    assert end.verdict is verdict
    with pytest.raises(CheckFailedError) as caught:
        require_good_end(end.failure)
    assert says in caught.value.message


def test_a_crash_comes_before_the_rest():
    assert ended(StopKind.FAULT, FAILED, exit_code=2).verdict is Verdict.CRASHED
    assert ended(StopKind.IDLE, FAILED, exit_code=2).verdict is Verdict.MODEL_FAILED


def test_the_ending_of_a_run_has_what_the_console_said_of_the_model():
    end = explain(ended(StopKind.IDLE, FAILED, detail="it sleeps"))
    assert end.ending.model_error == "arena too small: arena of 512 bytes"
    assert end.sentence == (
        "the core sleeps and nothing but input can wake it, at 0x08000200 (it sleeps)"
    )
    assert explain(ended(None, FAILED)).ending.model_error == end.ending.model_error


class TestBootLog:
    def test_the_failure_of_the_model_has_code_detail_and_text(self):
        error = model_failure(FAILED)
        assert error is not None
        assert (error.code, error.detail, error.text) == (19, 64, "arena of 512 bytes")

    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"ready\r\n",
            b"no model failed, error 1 (2): x\r\n",
            b"model failed, error 19 (64): half a li",
            FAILED + b"ready\r\n",
        ],
    )
    def test_without_one_there_is_none(self, said):
        assert model_failure(said) is None

    def test_the_last_boot_counts(self):
        assert model_failure(b"ready\r\n" + FAILED) is not None
        twice = model_failure(FAILED + FAILED.replace(b"64", b"32"))
        assert twice is not None and twice.detail == 32

    def test_what_a_terminal_would_obey_is_replaced(self):
        error = model_failure(b"model failed, error 17 (0): \x1b[31mred\r\n")
        assert error is not None and error.text == "?[31mred"
