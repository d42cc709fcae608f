"""What is a failed check, whatever ran the firmware."""

from dataclasses import replace

import pytest

from tests.endings import standing
from tests.unit.link.fake_firmware import FakeFirmware
from workbench.engines.base import StopKind, StopReason
from workbench.errors import CheckFailedError
from workbench.link.boot_log import model_failure
from workbench.runs.ending import Ending, Verdict, ending_of, require_good_end

from ..fault.machines import image, platform
from ..fault.samples import diagnosis

FAILED = b"board: 168000000 Hz\r\nmodel failed, error 19 (64): arena of 512 bytes\r\n"


@pytest.mark.parametrize("kind", [None, StopKind.IDLE, StopKind.LIMIT, StopKind.PC, StopKind.UART])
def test_firmware_that_goes_on_or_ends_with_0_is_good(kind):
    ending = Ending(kind, exit_code=0)
    assert ending.verdict is Verdict.GOOD
    require_good_end(ending)


@pytest.mark.parametrize(
    ("ending", "verdict", "says"),
    [
        (Ending(StopKind.FAULT, diagnosis=diagnosis()), Verdict.CRASHED, "BusFault: read of 4"),
        (Ending(StopKind.LOCKUP, detail="BKPT in NMI"), Verdict.CRASHED, "BKPT in NMI"),
        (Ending(diagnosis=diagnosis()), Verdict.CRASHED, "then the firmware crashed:"),
        (Ending(exit_code=3), Verdict.EXIT_CODE, "ended itself with exit code 3"),
        (Ending(model_error="arena too small"), Verdict.MODEL_FAILED, "start: arena too small"),
    ],
)
def test_what_is_not_good_is_a_failed_check(ending, verdict, says):
    assert ending.verdict is verdict
    with pytest.raises(CheckFailedError) as caught:
        require_good_end(ending)
    assert says in caught.value.message


def test_a_crash_comes_before_the_rest():
    ending = Ending(StopKind.FAULT, 0, "", diagnosis(), exit_code=2, model_error="corrupt")
    assert ending.verdict is Verdict.CRASHED
    assert replace(ending, kind=None, diagnosis=None).verdict is Verdict.MODEL_FAILED


def test_the_ending_of_a_run_has_what_the_console_said_of_the_model():
    firmware = FakeFirmware(lambda _: b"")
    firmware.uart.print(FAILED)
    reason = StopReason(StopKind.IDLE, 0x0800_0200, 10, 0.1, exit_code=None, detail="it sleeps")
    machine = standing(firmware, image(), platform())
    ending = ending_of(machine, reason)
    assert ending == Ending(
        StopKind.IDLE, 0x0800_0200, "it sleeps", model_error="arena too small: arena of 512 bytes"
    )
    assert ending_of(machine, None).model_error == ending.model_error


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
