"""100,000 frames of garbage on the UART of the emulated board: it answers the next good one."""

import random

import pytest

from workbench.engines.base import Seconds, Stop, StopKind
from workbench.link.frames import Frame, FrameSplitter, encode

FRAMES = 100_000
BURST = 1000  # frames of garbage between two good ones


@pytest.fixture
def engine(firmware_image, machine, board):
    """The booted machine, asleep."""
    engine = machine(firmware_image(board))
    engine.run(Stop(), Seconds(1.0))
    return engine


def garbage(seeded: random.Random) -> bytes:
    """Return one piece between delimiters: damaged, cut, doubled, empty or noise."""
    kind = seeded.randrange(8)
    if kind < 3:
        return b"\0" + seeded.randbytes(seeded.randrange(6))
    frame = bytearray(encode(Frame(seeded.randrange(256), seeded.randrange(1 << 16), b"")))
    if kind < 5:
        frame[seeded.randrange(len(frame))] ^= 1 << seeded.randrange(8)
    elif kind < 7:
        del frame[seeded.randrange(len(frame)) :]
    else:
        frame *= 2
    return bytes(frame)


@pytest.mark.slow
def test_every_good_frame_among_garbage_is_answered(engine, board):
    seeded = random.Random(board)
    per_board = FRAMES // 2
    for burst in range(per_board // BURST):
        sequence = burst + 1
        noise = b"".join(garbage(seeded) for _ in range(BURST))
        engine.uart.write(noise + encode(Frame(4, sequence, b"")))
        stopped = engine.run(Stop(), Seconds(60.0))
        assert stopped.kind is StopKind.IDLE, stopped
        frames = FrameSplitter().feed(engine.uart.read())
        assert frames[-1].sequence == sequence
        assert frames[-1].type == 0x84
