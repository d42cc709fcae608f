import struct
import zlib

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from workbench.link.frames import Frame, FrameSplitter, decode, encode

FRAMES = st.builds(
    Frame, st.integers(0, 255), st.integers(0, 0xFFFF), st.binary(max_size=600), st.just(1)
)
TEXT = st.binary(max_size=40).map(lambda b: b.replace(b"\0", b""))


def test_a_frame_is_delimited_by_zeros_and_has_none_inside():
    encoded = encode(Frame(1, 7, bytes(300)))
    assert encoded[0] == encoded[-1] == 0
    assert 0 not in encoded[1:-1]


def test_the_crc_is_zlibs():
    # The check value of CRC-32/ISO-HDLC: 0xCBF43926 for "123456789".
    body = encode(Frame(ord("2"), int.from_bytes(b"34", "little"), b"56789", version=ord("1")))
    assert body == b"\0\x0e123456789\x26\x39\xf4\xcb\0"


@given(FRAMES)
def test_decoding_gives_what_was_encoded(frame):
    assert decode(encode(frame)[1:-1]) == frame


@given(FRAMES, st.data())
def test_a_damaged_frame_is_no_frame(frame, data):
    body = bytearray(encode(frame)[1:-1])
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    assert decode(bytes(body).replace(b"\0", b"")) is None


@pytest.mark.parametrize("length", range(5))
def test_a_body_that_is_shorter_than_header_and_crc_is_no_frame(length):
    body = bytes(range(1, length)) if length else b""
    assert decode(cobs.encode(body + struct.pack("<I", zlib.crc32(body)))) is None


@given(st.binary(max_size=60))
def test_garbage_raises_nothing(garbage):
    decode(garbage)


@given(st.lists(st.tuples(TEXT, FRAMES), max_size=5), TEXT, st.integers(1, 50))
def test_frames_and_text_come_apart_whatever_the_pieces(sent, last, piece):
    stream = b"".join(text + encode(frame) for text, frame in sent) + last
    splitter = FrameSplitter()
    frames = []
    for start in range(0, len(stream), piece):
        frames += splitter.feed(stream[start : start + piece])
    assert frames == [frame for _, frame in sent]
    assert bytes(splitter.text) == b"".join(text for text, _ in sent)


def test_two_frames_may_share_a_delimiter():
    one, other = Frame(1, 1, b""), Frame(1, 2, b"")
    assert FrameSplitter().feed(encode(one)[:-1] + encode(other)) == [one, other]


def test_the_last_text_is_printable():
    splitter = FrameSplitter()
    splitter.feed(b"boot\r\n\x01\x02\0\xffready\r\n")
    assert splitter.last_text == "boot\n\N{REPLACEMENT CHARACTER}ready"
