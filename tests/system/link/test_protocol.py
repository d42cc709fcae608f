"""The firmware on the emulated boards answers as PROTOCOL.md says."""

import struct

import numpy as np
import pytest

from workbench.engines.base import Instructions, Seconds, Stop
from workbench.image import Image
from workbench.link import ErrorCode
from workbench.link.frames import Frame, FrameSplitter, encode
from workbench.link.messages import parse_error

CORE_HZ = {"stm32f4_discovery": 168_000_000, "nrf52840_dk": 64_000_000}
CLOCK_SOURCE = {"stm32f4_discovery": "HSE and PLL", "nrf52840_dk": "HFXO"}
FEATURES = np.random.default_rng(1).integers(-128, 128, (49, 10), dtype=np.int8)


def exchange(engine, data):
    """Send `data` and return the frames that come back before the core sleeps again."""
    engine.uart.write(data)
    engine.run(Stop(), Seconds(60.0))
    return FrameSplitter().feed(engine.uart.read())


@pytest.fixture
def engine(firmware_image, machine, board):
    """The booted machine, asleep."""
    engine = machine(firmware_image(board))
    engine.run(Stop(), Instructions(50_000_000))
    engine.uart.read()
    return engine


def test_hello_describes_the_board_and_the_image(client, board, firmware_image):
    hello = client.hello()
    built = firmware_image(board)
    assert hello.error is None
    assert (hello.board, hello.clock_hz) == (board, CORE_HZ[board])
    assert hello.clock_source == CLOCK_SOURCE[board]
    assert hello.build_id == Image.from_file(built.elf).build_id
    assert hello.model_sha256 == built.model_sha256
    assert hello.arena_size == built.arena_bytes
    assert 0 < hello.arena_used <= hello.arena_size
    assert hello.stack_size == built.stack_bytes
    assert 0 < hello.stack_peak < hello.stack_size


def test_hello_describes_the_model(client):
    hello = client.hello()
    assert [tensor.shape for tensor in hello.inputs] == [(1, 49, 10, 1)]
    assert hello.inputs[0].name.startswith("serving_default")
    assert [tensor.elements for tensor in hello.outputs] == [3]
    assert hello.labels == ("yes", "no", "unknown")


def test_the_answer_names_the_largest_score(client):
    answer = client.infer(FEATURES)
    assert answer.top == int(np.argmax(answer.outputs[0]))
    assert answer.label == client.hello().labels[answer.top]


def test_statistics_count_inferences_and_their_cycles(client):
    for _ in range(3):
        client.infer(FEATURES)
    statistics = client.statistics()
    assert statistics.inferences == 3
    assert 0 < statistics.cycles_min <= statistics.cycles_last <= statistics.cycles_max
    assert statistics.line_errors == 0


@pytest.mark.parametrize(
    ("request_frame", "code", "detail"),
    [
        (Frame(1, 5, b"", version=1), ErrorCode.UNSUPPORTED_VERSION, 2),
        (Frame(0x55, 5, b""), ErrorCode.UNKNOWN_REQUEST, 0x55),
        (Frame(1, 5, b"x"), ErrorCode.WRONG_LENGTH, 0),
        (Frame(2, 5, bytes(489)), ErrorCode.WRONG_LENGTH, 490),
        (Frame(3, 5, bytes(490)), ErrorCode.UNKNOWN_REQUEST, 3),
        (Frame(5, 5, b"x"), ErrorCode.WRONG_LENGTH, 0),
        (Frame(4, 5, b"x"), ErrorCode.WRONG_LENGTH, 0),
    ],
)
def test_a_request_that_cannot_be_served_is_refused_with_the_reason(
    engine, request_frame, code, detail
):
    (answer,) = exchange(engine, encode(request_frame))
    assert answer.sequence == 5
    request, error = parse_error(answer.payload)
    assert (request, error.code, error.detail) == (request_frame.type, code, detail)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0",
        b"\0\0\0",
        b"hello there\r\n",
        b"\0\xff\xff\xff",
        encode(Frame(1, 1, b""))[:-3],  # truncated: its rest runs into the next frame's delimiter
        encode(Frame(2, 1, bytes(490)))[:300],
        b"\0" + b"\x01" * 5000 + b"\0",  # larger than any request
        encode(Frame(1, 1, b"")).replace(b"\x01\x01", b"\x01\x02", 1),
    ],
    ids=["zero", "zeros", "text", "cobs", "cut", "cut long", "oversized", "crc"],
)
def test_the_frame_behind_garbage_is_answered(engine, garbage):
    answers = exchange(engine, garbage + encode(Frame(4, 77, b"")))
    assert [(frame.type, frame.sequence) for frame in answers] == [(0x84, 77)]


@pytest.mark.parametrize(
    ("request_frame", "answer"),
    [(Frame(4, 8, b""), 0x84), (Frame(2, 8, FEATURES.tobytes()), 0x82), (Frame(9, 8, b""), 0xFF)],
    ids=["statistics", "inference", "refused"],
)
def test_a_duplicated_request_is_answered_twice(engine, request_frame, answer):
    answers = exchange(engine, encode(request_frame) * 2)
    assert [(frame.type, frame.sequence) for frame in answers] == [(answer, 8)] * 2


def test_requests_sent_while_the_model_runs_are_not_lost(engine):
    request = Frame(2, 1, FEATURES.tobytes())
    answers = exchange(engine, encode(request) + encode(Frame(2, 2, FEATURES.tobytes())))
    assert [frame.sequence for frame in answers] == [1, 2]
    assert answers[0].payload[4:] == answers[1].payload[4:]  # all but the cycles


def test_dropped_frames_are_counted_by_kind(engine):
    bad_crc = bytearray(encode(Frame(1, 1, b"")))
    bad_crc[-2] ^= 1
    oversized = b"\0" + b"\x01" * 5000 + b"\0"
    (answer,) = exchange(
        engine,
        b"\0\xff\x01\0" + b"\0\x02\x01\0" + bytes(bad_crc) + oversized + encode(Frame(4, 1, b"")),
    )
    good, bad_cobs, truncated, crc, too_large = struct.unpack_from("<5I", answer.payload)
    assert (good, bad_cobs, truncated, crc, too_large) == (1, 1, 1, 1, 1)
