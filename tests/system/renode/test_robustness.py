"""Renode that is killed, stands still or is given nonsense: a clear error, nothing left over."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.engines.renode.engine import RenodeEngine
from workbench.errors import EngineError, ImageError, PlatformError
from workbench.platform import read_platform

pytestmark = pytest.mark.renode

BOARD = "stm32f4_discovery"
ENDLESS = Stop(idle=False)
THROUGH_FAULTS = Stop(fault=False, idle=False)
HOUR = Seconds(3600.0)


@pytest.fixture
def impatient(installation, probe_image):
    """An engine that gives Renode less time to answer, so that a test is quick."""
    with RenodeEngine(installation) as engine:
        engine.load(probe_image, read_platform(BOARD))
        engine.run(Stop(), Seconds(1.0))
        assert engine._process
        engine._process.answer_seconds = 3.0
        yield engine


def exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("sent", "said"), [(signal.SIGKILL, "by signal 9"), (signal.SIGSTOP, "no answer to 'run'")]
)
def test_renode_that_dies_or_hangs_in_a_run_is_an_error_in_time(impatient, probe_image, sent, said):
    worker, folder = impatient._process.process_id, impatient._process.folder
    threading.Timer(0.5, os.kill, (worker, sent)).start()
    begun = time.monotonic()
    with pytest.raises(EngineError, match=said) as failure:
        impatient.run(ENDLESS, HOUR)
    assert time.monotonic() - begun < 10
    assert not exists(worker)
    assert "WORKBENCH_KEEP=1" in failure.value.hint
    assert not folder.exists()
    impatient.load(probe_image, read_platform(BOARD))
    assert impatient.run(Stop(), Seconds(1.0)).kind is StopKind.IDLE


def test_worker_stays_in_its_own_folder(impatient):
    """Renode's Monitor makes Renode's folder the current one."""
    worker = Path(f"/proc/{impatient._process.process_id}")
    assert (worker / "cwd").readlink() == impatient._process.folder


def test_image_for_another_part_is_refused_in_the_words_of_the_embedded_engine(
    installation, probe_image
):
    with RenodeEngine(installation) as engine:
        with pytest.raises(ImageError, match="does not fit the memories") as refused:
            engine.load(probe_image, read_platform("nrf52840_dk"))
        assert "linked for another part" in refused.value.hint
        engine.load(probe_image, read_platform(BOARD))
        assert engine.run(Stop(), Seconds(1.0)).kind is StopKind.IDLE


def test_interrupt_of_the_caller_ends_the_worker(impatient):
    worker = impatient._process.process_id
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        impatient.run(ENDLESS, HOUR)
    assert not exists(worker)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothing: Of.This.Kind @ sysbus 0x50000000", "Of.This.Kind"),
        ("usart2: UART.STM32_UART @ sysbus <", "repl"),
    ],
)
def test_error_in_a_repl_is_the_users_and_names_the_place(
    installation, probe_image, tmp_path, line, said
):
    """As Renode tells it: the platform here did not go through our own reader."""
    repl = tmp_path / "broken.repl"
    repl.write_text(read_platform(BOARD).repl.read_text() + f"\n{line}\n")
    broken = read_platform(BOARD)
    broken = type(broken)(**{**vars(broken), "repl": repl})
    with RenodeEngine(installation) as engine:
        with pytest.raises(PlatformError, match=said):
            engine.load(probe_image, broken)
        engine.load(probe_image, read_platform(BOARD))
        assert engine.run(Stop(), Seconds(1.0)).kind is StopKind.IDLE


def test_worker_ends_with_an_owner_that_is_killed_in_a_run(installation, probe_image, tmp_path):
    script = tmp_path / "owner.py"
    script.write_text(
        "from workbench.platform import read_platform\n"
        "from workbench.engines.base import Instructions, Seconds, Stop\n"
        "from workbench.engines.renode.engine import RenodeEngine\n"
        "from workbench.image import Image\n"
        "engine = RenodeEngine()\n"
        f"engine.load(Image.from_file({str(probe_image.path)!r}), read_platform({BOARD!r}))\n"
        "print(engine._process.process_id, flush=True)\n"
        "engine.run(Stop(idle=False), Seconds(3600))\n"
    )
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, **installation.environment, "PYTHONPATH": root}
    environment["TMPDIR"] = str(tmp_path)
    owner = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment)
    assert owner.stdout
    worker = int(owner.stdout.readline())
    time.sleep(0.5)
    owner.kill()
    owner.wait()
    deadline = time.monotonic() + 10
    while exists(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not exists(worker)


def test_engines_in_parallel_do_not_disturb_each_other(installation, probe_image):
    def run(_: int) -> tuple[StopKind, int, bytes]:
        with RenodeEngine(installation) as engine:
            engine.load(probe_image, read_platform(BOARD))
            reason = engine.run(Stop(), Seconds(1.0))
            return reason.kind, reason.instructions, engine.uart.transcript

    with ThreadPoolExecutor(3) as pool:
        outcomes = set(pool.map(run, range(3)))
    assert len(outcomes) == 1
    assert next(iter(outcomes))[0] is StopKind.IDLE


def test_fifty_runs_in_a_row_are_the_same(started, probe_image):
    started.load(probe_image, read_platform(BOARD))
    outcomes = set()
    for _ in range(50):
        started.reset()
        reason = started.run(Stop(), Seconds(1.0))
        outcomes.add((reason.kind, reason.instructions, reason.seconds, started.uart.read()))
    assert len(outcomes) == 1


def test_collector_of_mono_never_waits_for_a_thread_that_waits_for_python(
    installation, probe_image, monkeypatch
):
    """Each byte makes the core wait for Python to look, and the collector run all the time.

    Where a hook enters Python on the core's thread, this hangs within 5,000 bytes.
    """
    monkeypatch.setenv("MONO_THREADS_SUSPEND", "hybrid")  # Mono's default, not the worker's
    monkeypatch.setenv("MONO_GC_PARAMS", "nursery-size=256k")
    with RenodeEngine(installation) as engine:
        engine.load(probe_image, read_platform(BOARD))
        engine.run(Stop(), Seconds(1.0))
        assert engine._process
        engine._process.answer_seconds = 10.0
        engine.uart.read()
        for _ in range(40):
            engine.uart.write(b"abcd" * 64)
            engine.run(Stop(uart=rb"![b-e]"), Seconds(1.0))
        assert engine.uart.read() == b"bcde" * 64 * 40


class TestStoresToNowhere:
    """Where faults are let pass Renode logs each; silicon would fault at the first."""

    @pytest.fixture
    def storing(self, installation, probe_image):
        with RenodeEngine(installation) as engine:
            engine.load(probe_image, read_platform(BOARD))
            engine.memory.write(0x2000_0800, bytes.fromhex("0860fde7"))  # str r0, [r1]; b .-2
            engine.registers["r1"] = 0x1F00_0000
            engine.registers["pc"] = 0x2000_0800
            yield engine

    def test_more_than_its_logger_queues_do_not_hold_the_core(self, storing):
        reason = storing.run(THROUGH_FAULTS, Instructions(100_000))
        assert reason.kind is StopKind.LIMIT
        assert any("0x1f000000, and" in warning for warning in reason.warnings)

    def test_without_end_are_an_error_before_the_disk_is_full(self, storing):
        with pytest.raises(EngineError, match="filled Renode's log"):
            storing.run(THROUGH_FAULTS, HOUR)


def test_a_caller_that_is_killed_leaves_no_folder(installation, probe_image):
    program = (
        "import sys\n"
        "from workbench.image import Image\n"
        "from workbench.platform import read_platform\n"
        "from workbench.engines.renode.engine import RenodeEngine\n"
        "engine = RenodeEngine()\n"
        "engine.load(Image.from_file(sys.argv[1]), read_platform(sys.argv[2]))\n"
        "print(engine._process.folder, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(probe_image.path), BOARD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as caller:
        assert caller.stdout
        folder = Path(caller.stdout.readline().strip())
        assert folder.is_dir()
        caller.kill()
    give_up = time.monotonic() + 10
    while folder.exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not folder.exists()
