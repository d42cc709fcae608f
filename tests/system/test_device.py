"""The device under test on the embedded engine: what the faces are made of."""

from dataclasses import replace

import pytest

from workbench.dut import DeviceUnderTest
from workbench.engines.base import Instructions, Seconds
from workbench.errors import CheckFailedError, LinkError, UserError
from workbench.image import Image
from workbench.link import Request
from workbench.platform import select_platform
from workbench.runs.points import INVOKE
from workbench.support.resources import resource

BOARD = "stm32f4_discovery"
RECORDINGS = resource("firmware") / "models" / "keyword_spotter" / "recordings"
YES, NO = RECORDINGS / "yes_en-gb.wav", RECORDINGS / "no_en-gb.wav"


@pytest.fixture
def device(firmware_image):
    with DeviceUnderTest("embedded") as device:
        device.load(Image.from_file(firmware_image(BOARD).elf), select_platform(BOARD))
        yield device


class TestConsole:
    def test_lines_come_in_order(self, device):
        assert "kernels reference" in device.wait_for_line("kernels")
        assert "arena" in device.wait_for_line("arena")
        assert device.wait_for_line("ready") == "ready"

    def test_a_line_that_was_taken_does_not_come_again(self, device):
        device.wait_for_line("ready")
        with pytest.raises(CheckFailedError, match=r"no line with 'kernels'.*sleeps"):
            device.wait_for_line("kernels")

    def test_a_limit_ends_the_wait(self, device):
        with pytest.raises(CheckFailedError, match="limit"):
            device.wait_for_line("ready", Instructions(1000))
        assert device.instructions == 1000

    def test_bytes_that_span_what_was_taken(self, device):
        device.wait_for_bytes(b"disc")
        device.wait_for_bytes(b"overy: ")
        device.wait_for_bytes(b"ready\r\n")


class TestLink:
    def test_a_frame_is_answered(self, device):
        device.boot()
        assert device.exchange(Request.HELLO).type == Request.HELLO | 0x80

    def test_half_a_frame_is_not_answered(self, device):
        device.boot()
        device.send(b"\x00\x05abc")
        device.run(Seconds(0.1))
        assert device.exchange(Request.STATISTICS) is not None

    def test_before_boot_nothing_can_be_classified(self, device):
        with pytest.raises(UserError, match="not been booted"):
            device.inject(YES)


class TestSnapshot:
    def test_answers_and_counts_go_back(self, device):
        device.boot()
        device.inject(YES)
        saved = device.snapshot()
        device.inject(NO)
        first = device.invokes
        device.restore(saved)
        assert device.last_answer.label == "yes"
        assert len(device.invokes.calls) == 1
        device.inject(NO)
        assert device.invokes == first


def test_firmware_of_another_kind_is_not_booted(device):
    stripped = replace(device.image, symbols=())
    device.load(stripped, select_platform(BOARD))
    with pytest.raises(UserError, match="protocol"):
        device.boot()
    assert device.wait_for_line("ready") == "ready"


class TestCrash:
    @pytest.fixture
    def crashed(self, device):
        device.break_function(INVOKE)
        device.boot()
        with pytest.raises(LinkError, match="fault"):
            device.inject(YES)
        return device

    def test_the_fault_is_known(self, crashed):
        assert crashed.wait_for_fault().causes == ("UNDEFINSTR",)

    def test_the_last_instruction_is_the_one_that_faulted(self, crashed):
        evidence = crashed.evidence()
        assert evidence.executed[-1].text == "udf #0"
        assert evidence.executed[-1].function.startswith(INVOKE)
        assert evidence.diagnosis.function.startswith(INVOKE)

    def test_reset_forgets_it(self, crashed):
        crashed.reset()
        assert crashed.fault is None
        assert crashed.evidence().note == "nothing was executed"


def test_the_modelled_latency_has_its_interval(device):
    device.boot()
    device.inject(YES)
    latency = device.latency(64_000_000)
    assert 0 < latency.low_seconds <= latency.seconds <= latency.high_seconds
    assert latency.seconds > device.invokes.calls[0] / 64_000_000


def test_a_question_for_the_latency_leaves_the_machine_as_it_was(device):
    """It runs the last input once more, which would make what a model keeps see it twice."""
    device.boot()
    device.inject(YES)
    before = (device.instructions, device.invokes, device.transcript)
    device.latency(64_000_000)
    assert (device.instructions, device.invokes, device.transcript) == before
    (again,) = device.inject(YES)
    assert again.output == device.answered[0].output
