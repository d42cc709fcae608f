"""Snapshots that went through a file: the machine goes on as it did, another one is refused."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from workbench.engines.base import Instructions, Seconds, Snapshot, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.errors import UserError
from workbench.image import Image
from workbench.link.frames import Frame, encode
from workbench.link.messages import Request
from workbench.platform import read_platform
from workbench.runs.snapshots import read_snapshot, restore_snapshot, write_snapshot

from .conftest import Program, run_to_end

BOARDS = ("stm32f4_discovery", "nrf52840_dk")


@pytest.mark.parametrize("name", ["loops", "tasks", "frames", "sleep", "mpu"])
def test_a_program_goes_on_from_a_file(name: str, program: Program, tmp_path: Path) -> None:
    image, target = Image.from_file(program(name)), read_platform("stm32f4_discovery")
    with EmbeddedEngine() as engine:
        engine.load(image, target)
        engine.run(Stop(fault=False), Instructions(1234))
        write_snapshot(tmp_path / "file", engine.snapshot())
        expected = run_to_end(engine), engine.instructions
    with EmbeddedEngine() as engine:
        engine.load(image, target)
        restore_snapshot(engine, read_snapshot(tmp_path / "file"))
        assert engine.instructions == 1234
        assert (run_to_end(engine), engine.instructions) == expected


@pytest.mark.parametrize("board", BOARDS)
def test_every_moment_of_a_board_can_be_written(board, firmware_image, tmp_path):
    image, target = Image.from_file(firmware_image(board).elf), read_platform(board)
    with EmbeddedEngine() as engine, EmbeddedEngine() as second:
        engine.load(image, target)
        second.load(image, target)
        for _ in range(6):
            engine.run(Stop(idle=False), Seconds(0.0007))
            engine.uart.write(b"x")
            snapshot = engine.snapshot()
            write_snapshot(tmp_path / "file", snapshot)
            restore_snapshot(second, read_snapshot(tmp_path / "file"))
            assert second.snapshot() == snapshot


@pytest.mark.parametrize("board", BOARDS)
def test_a_byte_on_the_line_arrives_when_it_would_have(board, firmware_image, tmp_path):
    image, target = Image.from_file(firmware_image(board).elf), read_platform(board)
    with EmbeddedEngine() as engine, EmbeddedEngine() as second:
        engine.load(image, target)
        second.load(image, target)
        engine.run(Stop(), Seconds(1))
        engine.uart.write(encode(Frame(Request.HELLO, 1, b"")))
        engine.run(Stop(idle=False), Seconds(0.0004))
        write_snapshot(tmp_path / "file", engine.snapshot())
        restore_snapshot(second, read_snapshot(tmp_path / "file"))
        ends = [machine.run(Stop(), Seconds(1)) for machine in (engine, second)]
        assert ends[0] == ends[1]
        assert engine.uart.transcript == second.uart.transcript != b""


def test_one_of_another_board_is_refused(firmware_image, tmp_path):
    for board in BOARDS:
        with EmbeddedEngine() as engine:
            engine.load(Image.from_file(firmware_image(board).elf), read_platform(board))
            if board == BOARDS[0]:
                write_snapshot(tmp_path / "file", engine.snapshot())
                continue
            with pytest.raises(UserError, match="does not fit this machine"):
                restore_snapshot(engine, read_snapshot(tmp_path / "file"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("machine", "tracer", "count"), None),
        (("machine", "tracer", "count"), "5"),
        (("machine", "tracer", "count"), 5.0),
        (("machine", "registers"), {}),
        (("machine", "peripherals", "usart2", "read"), 5),
        (("machine", "peripherals", "timer2", "counter"), 5),
        (("runner",), ("NO SUCH SLEEP", "", (None, 0))),
        (("machine", "memories"), []),
    ],
)
def test_a_state_of_another_shape_is_refused(
    path: tuple[str, ...], value: object, program: Program
) -> None:
    with EmbeddedEngine() as engine:
        engine.load(Image.from_file(program("loops")), read_platform("stm32f4_discovery"))
        snapshot = engine.snapshot()
        *names, last = path
        inner = snapshot.state
        for name in names:
            inner = inner[name]
        inner[last] = value
        with pytest.raises(UserError, match="does not fit this machine"):
            restore_snapshot(engine, snapshot)


def test_a_part_of_a_memory_is_as_long_as_it_is(program: Program, tmp_path: Path) -> None:
    """Compressed zeros without end do not fill the host's memory."""
    with EmbeddedEngine() as engine:
        engine.load(Image.from_file(program("loops")), read_platform("stm32f4_discovery"))
        snapshot = engine.snapshot()
        snapshot.state["machine"]["memories"][0][0] = zlib.compress(bytes(1 << 28))
        with pytest.raises(UserError, match="does not fit this machine"):
            restore_snapshot(engine, snapshot)


def test_another_process_reads_what_renode_has_with_the_engine_beside_it(
    program: Program, tmp_path: Path
) -> None:
    with EmbeddedEngine() as engine:
        engine.load(Image.from_file(program("loops")), read_platform("stm32f4_discovery"))
        state = engine.snapshot().state
    write_snapshot(tmp_path / "file", Snapshot("renode", [state]))
    code = "import sys; from pathlib import Path; from workbench.runs.snapshots import *\n"
    code += "print(read_snapshot(Path(sys.argv[1])).engine)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "file")], capture_output=True, text=True
    )
    assert done.stdout.strip() == "renode", done.stderr


def test_a_file_that_names_a_module_is_refused_and_empties_no_folder(
    program: Program, tmp_path: Path
) -> None:
    """What the format before this one was answered with the loss of the current folder."""
    users = tmp_path / "users"
    users.mkdir()
    (users / "work").write_text("kept")
    name = b"workbench.engines.renode.worker.__main__"
    (tmp_path / "evil").write_bytes(
        b"workbench snapshot " + b"0" * 64 + b"\n\x80\x02c" + name + b"\nanything\n."
    )
    command = ["-m", "workbench", "gdb", str(program("loops")), "-p", "stm32f4_discovery"]
    done = subprocess.run(
        [sys.executable, *command, "--snapshot", str(tmp_path / "evil"), "--port", "0"],
        cwd=users,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "another version" in done.stderr
    assert [path.name for path in users.iterdir()] == ["work"]
