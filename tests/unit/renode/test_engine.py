"""The engine over a worker that only speaks the protocol (see fake_worker)."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests import contract
from tests.unit.images import image_of, segment
from workbench.engines.base import Instructions, Seconds, Snapshot, Stop, StopKind
from workbench.engines.renode.engine import RenodeEngine
from workbench.engines.renode.installations import RenodeInstallation
from workbench.engines.renode.process import WorkerProcess
from workbench.errors import EngineError, UserError
from workbench.platform import Platform
from workbench.platform.cores import core_named
from workbench.repl import Description, read

IMAGE = image_of(
    segment(0x0800_0000, b"\x00\x10\x00\x20\x01\x01\x00\x08"), vector_table=0x0800_0000
)
PLATFORM = Platform(
    name="board",
    title="",
    repl=Path("board.repl"),
    description=Description({}, ()),
    uart="usart2",
    clock_hz=100_000_000,
    mips=100,
    memories=(),
    core=core_named("cortex-m4"),
)


class FakedEngine(RenodeEngine):
    """Starts the fake worker instead of one that holds Renode."""

    how = "serve"

    def _start(self) -> WorkerProcess:
        command = (sys.executable, "-m", "tests.unit.renode.fake_worker", self.how)
        return WorkerProcess({}, command, answer_seconds=5)


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    fake = RenodeInstallation(Path("/fake"), "folder", "mono", Path("/fake/bin"), Path("/fake"))
    with FakedEngine(fake) as engine:
        yield engine


def test_run_gives_the_reason_and_the_console(engine):
    heard: list[bytes] = []
    engine.load(IMAGE, PLATFORM)
    engine.uart.listen(heard.append)
    reason = engine.run(Stop(uart=rb"lo\n"), Seconds(1))
    assert (reason.kind, reason.pc, reason.seconds) == (StopKind.UART, 0x0800_0200, 1e-5)
    assert engine.instructions == reason.instructions == 1000
    assert heard == [b"hel", b"lo\n"]
    assert engine.uart.read() == b"hello\n"
    assert engine.uart.read() == b""
    assert engine.uart.transcript == b"hello\n"


def test_load_forgets_what_ran_before_and_keeps_the_listener(engine):
    heard: list[bytes] = []
    engine.load(IMAGE, PLATFORM)
    engine.uart.listen(heard.append)
    engine.run(Stop(), Instructions(10))
    engine.load(IMAGE, PLATFORM)
    assert (engine.uart.transcript, engine.instructions) == (b"", 0)
    engine.run(Stop(), Instructions(10))
    assert heard == [b"hel", b"lo\n"] * 2


def test_registers_and_memory_go_through_the_worker(engine):
    engine.load(IMAGE, PLATFORM)
    assert engine.registers["sp"] == 0x2000_1000
    assert engine.memory.read(0x2000_0000, 4) == b"\x01\x02\x03\x04"
    with pytest.raises(UserError, match="does not fit"):
        engine.registers["r0"] = 1 << 32


def test_nothing_can_be_asked_before_an_image_is_loaded(engine):
    with pytest.raises(EngineError, match="no image is loaded"):
        engine.run(Stop(), Seconds(1))


def test_it_keeps_the_contract_of_engines(engine):
    engine.load(IMAGE, PLATFORM)
    contract.traces_are_started_before_they_are_read(engine)


def test_snapshot_of_another_engine_is_refused(engine):
    engine.load(IMAGE, PLATFORM)
    with pytest.raises(UserError, match="embedded"):
        engine.restore(Snapshot("embedded", {}))


def test_engine_can_load_again_after_its_worker_died(engine):
    engine.how = "killed"
    engine.load(IMAGE, PLATFORM)
    with pytest.raises(EngineError, match="signal 9"):
        engine.run(Stop(), Seconds(1))
    engine.how = "serve"
    engine.load(IMAGE, PLATFORM)
    assert engine.run(Stop(), Seconds(1)).kind is StopKind.UART


def test_close_may_be_called_twice(engine):
    engine.load(IMAGE, PLATFORM)
    engine.close()
    engine.close()


def test_a_description_that_would_run_code_is_refused_before_renode_starts(tmp_path, monkeypatch):
    monkeypatch.delenv("WORKBENCH_TRUST_SCRIPTS", raising=False)
    repl = tmp_path / "part.repl"
    repl.write_text("sysbus:\n    init:\n        include @evil.py\n")
    platform = replace(PLATFORM, description=read(repl))
    fake = RenodeInstallation(Path("/fake"), "folder", "mono", Path("/fake/bin"), Path("/fake"))
    with FakedEngine(fake) as engine:
        with pytest.raises(UserError, match=r"the command 'include @evil\.py'"):
            engine.load(IMAGE, platform)
        assert engine._process is None
