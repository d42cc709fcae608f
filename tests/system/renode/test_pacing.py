"""Bytes come at the baud rate on every engine: counts that depend on when they come are equal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import needs
from tests.system.programs import OPTIMISED, compile_source
from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Engine, Seconds, Stop, StopKind
from workbench.engines.renode.engine import RenodeEngine
from workbench.image import Image
from workbench.link import Client
from workbench.link.frames import Frame, encode
from workbench.link.messages import Request
from workbench.platform import UartPacing, read_platform

BOARDS = ("stm32f4_discovery", "nrf52840_dk")
SECOND = Seconds(1)
HELLO = encode(Frame(Request.HELLO, 1, b""))
FLOATS = np.zeros(490, dtype=np.float32)
LONG_BUSY = Path(__file__).with_name("long_busy.c")


def asleep(engine: Engine) -> int:
    assert engine.run(Stop(), SECOND).kind is StopKind.IDLE
    return engine.instructions


def counts(engine: Engine, image: Image, board: str) -> dict[str, int]:
    """Instructions until the core sleeps: bytes came while it booted, and while it slept."""
    target = read_platform(board)
    engine.load(image, target)
    engine.uart.write(HELLO)
    early = asleep(engine)
    engine.reset()
    client = Client(engine)
    client.boot()
    boot = asleep(engine)
    client.hello()
    hello = asleep(engine)
    engine.uart.write(bytes(len(encode(Frame(Request.INFER, 2, FLOATS.tobytes())))))
    return {"early": early, "boot": boot, "hello": hello, "zeros": asleep(engine)}


@pytest.mark.renode
@pytest.mark.parametrize("board", BOARDS)
def test_counts_are_those_of_the_embedded_engine(board, firmware_image):
    image = Image.from_file(firmware_image(board).elf)
    with open_engine(EngineChoice.EMBEDDED) as embedded, RenodeEngine(needs.renode()) as renode:
        assert counts(renode, image, board) == counts(embedded, image, board)


@pytest.mark.renode
@pytest.mark.parametrize("board", BOARDS)
def test_a_snapshot_in_the_middle_of_a_byte(board, firmware_image):
    image = Image.from_file(firmware_image(board).elf)
    with RenodeEngine(needs.renode()) as engine:
        engine.load(image, read_platform(board))
        engine.run(Stop(), SECOND)
        engine.uart.write(HELLO)
        engine.run(Stop(idle=False), Seconds(0.0004))
        saved = engine.snapshot()
        expected = asleep(engine), engine.uart.transcript
        engine.restore(saved)
        assert (asleep(engine), engine.uart.transcript) == expected


@pytest.fixture
def long_busy(tmp_path: Path) -> Image:
    return Image.from_file(compile_source(tmp_path / "busy.elf", LONG_BUSY, *OPTIMISED))


def answered(engine: Engine, image: Image, pacing: UartPacing) -> tuple[bytes, tuple[str, ...]]:
    engine.load(image, replace(read_platform(BOARDS[0]), uart_pacing=pacing))
    engine.uart.write(b"abcdef")
    reason = engine.run(Stop(), Seconds(0.02))
    return engine.uart.transcript, reason.warnings


def test_what_is_not_taken_in_time_is_lost_and_told(long_busy):
    with open_engine(EngineChoice.EMBEDDED) as engine:
        said, warnings = answered(engine, long_busy, UartPacing.BAUD)
        assert said == b"a!"  # and an overrun
        assert any("usart2: overrun" in warning for warning in warnings)
        assert answered(engine, long_busy, UartPacing.OFF) == (b"abcdef", ())


@pytest.mark.renode
@pytest.mark.parametrize("pacing", UartPacing)
def test_renode_lets_bytes_wait(long_busy, pacing):
    needs.renode()
    with open_engine(EngineChoice.RENODE) as engine:  # the start-up code has a semihosting call
        said, warnings = answered(engine, long_busy, pacing)
        assert said == b"abcdef"
        if pacing is UartPacing.BAUD:
            assert warnings == ()
        else:  # only a Renode that has no other way warns
            assert all("--uart-pacing off too" in warning for warning in warnings)
