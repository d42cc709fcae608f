import struct

import numpy as np
import pytest

from tests.unit.link.fake_firmware import FakeFirmware, hello_payload, reply, string, tensor
from workbench.engines.base import StopKind
from workbench.errors import LinkError, UserError
from workbench.link import Client, ErrorCode, RefusedError, Request
from workbench.link.frames import Frame, encode
from workbench.model.features import Features

FEATURES = np.arange(6, dtype=np.int8).reshape(1, 2, 3)


def answering(frame: Frame) -> bytes:
    """Firmware with a 2x3 int8 input, whose scores are (5, -7) after 1,000 cycles."""
    if frame.type == Request.HELLO:
        return reply(frame, hello_payload())
    if frame.type == Request.STATISTICS:
        return reply(frame, struct.pack("<18I", *range(18)))
    return reply(frame, struct.pack("<IH2b", 1000, 0, 5, -7))


def saying(payload: bytes) -> Client:
    """Firmware that answers every request with the same payload."""
    return Client(FakeFirmware(lambda frame: reply(frame, payload)))


def test_boot_waits_for_the_ready_line():
    client = Client(FakeFirmware(answering, banner=b"a_board: 64 MHz\r\nready\r\n"))
    client.boot()
    assert client.stopped and client.stopped.kind is StopKind.UART


def test_boot_ends_when_the_model_fails_because_hello_is_answered_all_the_same():
    Client(FakeFirmware(answering, banner=b"model failed, error 19 (64): arena\r\n")).boot()


def test_boot_shows_the_console_of_firmware_that_does_not_come_up():
    said = r"did not come up: .*; the machine stopped: idle"
    with pytest.raises(LinkError, match=said) as caught:
        Client(FakeFirmware(answering, banner=b"panic: no heap\r\n")).boot()
    assert "panic: no heap" in caught.value.hint


def test_hello_names_board_model_and_tensors():
    hello = Client(FakeFirmware(answering)).hello()
    assert hello.error is None
    assert (hello.board, hello.clock_hz, hello.kernels) == ("a_board", 64_000_000, "reference")
    assert (hello.arena_size, hello.arena_used) == (8192, 1988)
    assert hello.inputs[0].shape == (1, 2, 3)
    assert (hello.inputs[0].dtype, hello.inputs[0].scale) == ("int8", 0.5)
    assert hello.labels == ("yes", "no")


def test_hello_of_a_failed_model_carries_the_error():
    error = (19, 64, "arena too small, 64 bytes missing")
    hello = saying(hello_payload(error, inputs=(), outputs=())).hello()
    assert hello.error and hello.error.code == ErrorCode.ARENA_TOO_SMALL
    assert str(hello.error) == "arena too small: arena too small, 64 bytes missing"


def test_infer_sends_the_bytes_and_returns_scores_and_label():
    engine = FakeFirmware(answering)
    answer = Client(engine).infer(FEATURES)
    assert engine.requests[-1].payload == FEATURES.tobytes()
    assert answer.outputs[0].tolist() == [[5, -7]]
    assert (answer.label, answer.cycles) == ("yes", 1000)


def test_real_numbers_are_quantized_for_an_int8_input():
    engine = FakeFirmware(answering)  # scale 0.5, zero point 0
    Client(engine).infer([0.0, 0.5, 0.26, 100.0, -100.0, -1.0])
    assert engine.requests[-1].payload == np.array([0, 1, 1, 127, -128, -2], np.int8).tobytes()


def test_several_inputs_are_sent_each_in_its_own_type():
    inputs = (tensor(1, (2,), 0.0), tensor(2, (1,), 0.0), tensor(6, (3,), 0.0), tensor(7, (1,)))

    def firmware(frame: Frame) -> bytes:
        if frame.type == Request.HELLO:
            return reply(frame, hello_payload(inputs=inputs))
        return answering(frame)

    engine = FakeFirmware(firmware)
    Client(engine).infer([1.5, -2.0], [-70_000], [True, False, True], [-3.0])
    expected = struct.pack("<2fi3?h", 1.5, -2.0, -70_000, True, False, True, -6)
    assert engine.requests[-1].payload == expected
    with pytest.raises(UserError, match="1 arrays for the model's 4 inputs"):
        Client(engine).infer([1.5, -2.0])


def test_the_state_is_reset_before_each_file_but_not_behind_the_boot():
    engine = FakeFirmware(answering, banner=b"ready\r\n")
    client = Client(engine)
    client.boot()
    rows = [Features("a", (FEATURES,)), Features("b", (FEATURES,), first=False)]
    for features in (*rows, *rows):
        client.answer(features)
    kinds = [request.type for request in engine.requests if request.type != Request.HELLO]
    reset, infer = Request.RESET_STATE, Request.INFER
    assert kinds == [infer, infer, reset, infer, infer]


def test_all_that_files_hold_is_answered_in_their_order(tmp_path):
    engine = FakeFirmware(answering, banner=b"ready\r\n")
    client = Client(engine)
    files = [tmp_path / "a.npy", tmp_path / "b.npy"]
    for file in files:
        np.save(file, np.zeros((2, 1, 2, 3), np.int8))
    seen = []
    client.start(after=lambda what: seen.append((what, len(engine.requests))))
    answered = list(client.answers(files))
    assert seen == [("boot", 0), ("HELLO", 1)]
    assert [features.first for features, _ in answered] == [True, False, True, False]
    assert {answer.label for _, answer in answered} == {"yes"}


def test_firmware_of_another_version_is_told_apart():
    def older(frame: Frame) -> bytes:
        payload = struct.pack("<BHI", frame.type, 1, 1) + string("this firmware speaks version 1")
        return encode(Frame(0xFF, frame.sequence, payload, version=1))

    with pytest.raises(LinkError, match=r"speaks version 1 .* workbench version 2") as caught:
        Client(FakeFirmware(older)).hello()
    assert "build it with this workbench" in caught.value.hint


def test_statistics_come_in_the_order_of_the_protocol():
    statistics = Client(FakeFirmware(answering)).statistics()
    assert statistics.frames_good == 0
    assert statistics.inferences == 11
    assert statistics.stack_peak == 17


def test_features_of_the_wrong_size_name_the_shape():
    with pytest.raises(UserError, match="5 elements, the model's input has 6") as caught:
        Client(FakeFirmware(answering)).infer(np.zeros(5, np.int8))
    assert "1x2x3" in caught.value.hint


def test_features_of_the_wrong_type_are_refused_before_they_are_sent():
    engine = FakeFirmware(answering)
    with pytest.raises(UserError, match="elements of type int64") as caught:
        Client(engine).infer(np.zeros(6, np.int64))
    assert "float32" in caught.value.hint
    assert [request.type for request in engine.requests] == [Request.HELLO]


def test_an_error_reply_is_an_exception_with_its_code():
    def refusing(frame: Frame) -> bytes:
        payload = struct.pack("<BHI", frame.type, 3, 490) + string("wrong payload length")
        return encode(Frame(0xFF, frame.sequence, payload))

    with pytest.raises(RefusedError, match="refuses HELLO: wrong length") as caught:
        Client(FakeFirmware(refusing)).hello()
    assert (caught.value.error.code, caught.value.error.detail) == (ErrorCode.WRONG_LENGTH, 490)


def test_an_answer_to_an_older_request_is_dropped():
    def late(frame: Frame) -> bytes:
        old = encode(Frame(0x81, frame.sequence - 1 & 0xFFFF, b"stale"))
        return b"log\r\n" + old + b"\0\0more log" + answering(frame)

    client = Client(FakeFirmware(late))
    assert client.hello().board == "a_board"
    assert "log" in client.console_text


def test_a_duplicated_answer_does_not_disturb_the_next_request():
    client = Client(FakeFirmware(lambda frame: answering(frame) * 2))
    for _ in range(3):
        assert client.hello().board == "a_board"
        assert client.infer(FEATURES).label == "yes"


def test_silence_says_why_the_machine_stopped_and_what_was_on_the_console():
    engine = FakeFirmware(lambda _: b"fault: BusFault pc=08000400\r\n", otherwise=StopKind.FAULT)
    with pytest.raises(LinkError, match=r"no answer to HELLO after .* stopped: fault") as caught:
        Client(engine).hello()
    assert "BusFault pc=08000400" in caught.value.hint


def test_firmware_that_floods_the_link_is_given_up_on():
    flood = encode(Frame(0x81, 0xBEEF, b"")) * 2000
    with pytest.raises(LinkError, match="among much else"):
        Client(FakeFirmware(lambda _: flood)).hello()


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (hello_payload()[:-1], "too short"),
        (hello_payload() + b"\0", "1 bytes too many"),
        (hello_payload(inputs=(tensor(4, (1,)),)), "unknown type 4"),
        (hello_payload(inputs=(tensor(9, (0,)),)), r"shape \(0,\)"),
        (hello_payload(inputs=(tensor(9, (2**31, 2**31)),)), "shape"),
        (hello_payload(inputs=(tensor(9, (1,) * 9),)), "rank 9"),
        (hello_payload(inputs=(tensor(9, (1,), float("nan")),)), "scale nan"),
        (hello_payload(inputs=()), "names no input"),
    ],
)
def test_a_hello_that_does_not_hold_together_is_refused(payload, complaint):
    with pytest.raises(LinkError, match=complaint):
        saying(payload).hello()


def test_an_answer_with_an_index_outside_the_output_is_refused():
    def lying(frame: Frame) -> bytes:
        if frame.type == Request.HELLO:
            return answering(frame)
        return reply(frame, struct.pack("<IH2b", 1000, 2, 5, -7))

    with pytest.raises(LinkError, match="element 2"):
        Client(FakeFirmware(lying)).infer(FEATURES)
