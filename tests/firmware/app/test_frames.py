"""The firmware's frame reader and writer against the host's, on the host."""

import random
import subprocess
from pathlib import Path

import pytest
from cobs import cobs

from tests.firmware.app.conftest import FIRMWARE
from workbench.link.frames import REPLY, Frame, FrameSplitter, encode

HERE = Path(__file__).parent
MAX_PAYLOAD = 700  # of echo.cc


@pytest.fixture(scope="session")
def echo(compile_for_host):
    """Return a function from bytes on the UART to the frames echoed and the reader's counts."""
    sources = (FIRMWARE / "app" / name for name in ("frame.cc", "crc32.cc"))
    program = compile_for_host(HERE / "echo.cc", *sources)

    def run(data):
        result = subprocess.run([program], input=data, capture_output=True, timeout=60)
        assert result.returncode == 0, result.stderr.decode()
        output, _, counts = result.stdout.rpartition(b"\0")
        names = ("good", "bad_cobs", "truncated", "bad_crc", "oversized")
        frames = FrameSplitter().feed(output + b"\0")
        return frames, dict(zip(names, map(int, counts.split()), strict=True))

    return run


def echoed(frame):
    return Frame(frame.type | REPLY, frame.sequence, frame.payload)


@pytest.mark.parametrize("size", [0, 1, 245, 246, 247, 253, 254, 255, 508, 700])
@pytest.mark.parametrize("fill", [b"\0", b"\1", b"\xff"])
def test_payloads_of_all_lengths_come_back(echo, size, fill):
    frame = Frame(2, 0x1234, fill * size)
    frames, counts = echo(encode(frame))
    assert frames == [echoed(frame)]
    assert counts["good"] == 1


@pytest.mark.slow
def test_random_payloads_come_back(echo):
    seeded = random.Random(1)
    sent = [
        Frame(seeded.randrange(128), i, seeded.randbytes(seeded.randrange(MAX_PAYLOAD)))
        for i in range(2000)
    ]
    frames, counts = echo(b"".join(map(encode, sent)))
    assert frames == [echoed(frame) for frame in sent]
    assert counts == {
        "good": 2000,
        "bad_cobs": 0,
        "truncated": 0,
        "bad_crc": 0,
        "oversized": 0,
    }


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (b"\0\xff\1\2\0", "bad_cobs"),
        (b"\0" + cobs.encode(b"short") + b"\0", "truncated"),
        (encode(Frame(1, 1, b"x"))[:-2] + b"\x01\0", "bad_crc"),
        (b"\0" + b"\1" * 1000 + b"\0", "oversized"),
    ],
)
def test_damage_is_counted_by_kind_and_the_next_frame_is_read(echo, damage, kind):
    good = Frame(1, 9, b"after")
    frames, counts = echo(damage + encode(good))
    assert frames == [echoed(good)]
    assert counts[kind] == 1


def test_every_good_frame_is_read_whatever_garbage_lies_between(echo):
    seeded = random.Random(2)
    stream, sent = b"", []
    for i in range(3000):
        stream += damaged(seeded, encode(Frame(1, i, seeded.randbytes(seeded.randrange(60)))))
        sent.append(Frame(3, i, seeded.randbytes(8)))
        stream += encode(sent[-1])
    frames, counts = echo(stream)
    assert [frame for frame in frames if frame.type == 3 | REPLY] == [echoed(f) for f in sent]
    assert counts["bad_crc"] > 0


def damaged(seeded, encoded):
    """Return `encoded` cut, with bytes changed, doubled, or replaced by noise."""
    kind = seeded.randrange(4)
    if kind == 0:
        return encoded[: seeded.randrange(len(encoded))]
    if kind == 1:
        position = seeded.randrange(len(encoded))
        return encoded[:position] + seeded.randbytes(1) + encoded[position + 1 :]
    if kind == 2:
        return encoded * 2
    return seeded.randbytes(seeded.randrange(1200))
