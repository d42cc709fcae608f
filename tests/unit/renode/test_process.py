"""The worker's owner, against a worker that dies, hangs, talks garbage or does as it should."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.engines.renode.process import WorkerProcess
from workbench.errors import EngineError, PlatformError, UserError
from workbench.support.framing import Message

FAKE = (sys.executable, "-m", "tests.unit.renode.fake_worker")
ROOT = str(Path(__file__).parents[3])
PATIENCE = 1.0  # seconds the owner waits for an answer in these tests
PROMPT = 10.0  # seconds within which an error must have come, on a busy machine


@pytest.fixture
def start(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ROOT)
    workers = []

    def start(how: str, environment: dict[str, str] | None = None) -> WorkerProcess:
        worker = WorkerProcess(
            environment or {}, (*FAKE, how), start_seconds=PROMPT, answer_seconds=PATIENCE
        )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.close()


def exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_come_after_their_events(start):
    worker = start("serve")
    events: list[Message] = []
    answer = worker.ask("run", on_event=events.append)
    assert worker.version == "fake"
    assert [(e.fields["instructions"], e.blob) for e in events] == [(500, b"hel")]
    assert (answer.fields["reason"], answer.blob) == ("uart", b"lo\n")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("killed", "ended by signal 9 during 'run'"),
        ("exits", "ended with exit code 7 during 'run'"),
        ("garbage", "carried garbage during 'run'"),
        ("halves", "during 'run'"),
        ("fails", "Renode made no progress"),
        ("hangs", "no answer to 'run' in 1 s"),
    ],
)
def test_failure_in_a_run_is_an_error_in_time_and_leaves_no_process(start, how, said):
    worker = start(how)
    begun = time.monotonic()
    with pytest.raises(EngineError, match=said) as failure:
        worker.ask("run")
    assert time.monotonic() - begun < PROMPT
    assert not exists(worker.process_id)
    assert not worker.alive
    assert "the worker's own chatter" in str(failure.value)
    with pytest.raises(EngineError, match="failed before"):
        worker.ask("reset")


def test_a_worker_that_only_spins_is_ended(start):
    worker = start("spins")
    with pytest.raises(EngineError, match="no answer to 'run' in 1 s"):
        worker.ask("run")
    assert not worker.alive


def test_a_worker_that_a_busy_machine_starves_is_waited_for(start):
    begun = time.monotonic()
    assert start("starves").ask("run").fields["reason"] == "uart"
    assert time.monotonic() - begun > 2 * PATIENCE


def test_nothing_outlives_a_worker_that_failed_or_did_not(start):
    for how in ("exits", "serve"):
        worker = start(how)
        if how == "exits":
            with pytest.raises(EngineError) as failure:
                worker.ask("run")
            assert "WORKBENCH_KEEP=1" in failure.value.hint
        worker.close()
        assert not worker.folder.exists()
        assert not exists(worker.process_id)


def test_logs_of_a_failure_are_kept_where_the_user_says_so(start, monkeypatch):
    monkeypatch.setenv("WORKBENCH_KEEP", "1")
    worker = start("exits")
    with pytest.raises(EngineError) as failure:
        worker.ask("run")
    worker.close()
    assert str(worker.folder) in failure.value.hint
    assert "Unhandled Exception" in (worker.folder / "worker.log").read_text()
    other = start("serve")
    other.close()
    assert not other.folder.exists()


def test_worker_that_does_not_quit_is_killed(start):
    worker = start("deaf")
    worker.close()
    assert not exists(worker.process_id)


def test_what_a_worker_started_is_killed_with_it(start):
    worker = start("breeds")
    children = []
    with pytest.raises(EngineError):
        worker.ask("run", on_event=lambda event: children.append(event.fields["child"]))
    deadline = time.monotonic() + PROMPT
    while _running(children[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _running(children[0])


def _running(process_id: int) -> bool:
    """Does the process run? A zombie that init has not collected yet does not."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_worker_that_never_greets_is_given_up(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ROOT)
    with pytest.raises(EngineError, match="no answer to 'start'"):
        WorkerProcess({}, (*FAKE, "silent"), start_seconds=PATIENCE)


def test_command_that_does_not_exist_is_an_error():
    with pytest.raises(EngineError, match="did not start"):
        WorkerProcess({}, ("/nonexistent/python",))


@pytest.mark.parametrize(
    ("operation", "error"),
    [("bad_platform", PlatformError), ("bad_register", UserError), ("bad_address", UserError)],
)
def test_errors_of_the_user_leave_the_worker_alive(start, operation, error):
    worker = start("serve")
    with pytest.raises(error) as raised:
        worker.ask(operation)
    assert raised.value.hint
    assert worker.ask("reset").fields["ok"]


def test_worker_has_a_temporary_folder_of_its_own_and_only_the_chosen_renode(start, monkeypatch):
    monkeypatch.setenv("WORKBENCH_RENODE_FRAMEWORK", "/other/dotnet")
    worker = start("serve", {"WORKBENCH_RENODE_BINARIES": "/opt/renode/bin"})
    environment = worker.ask("environment").fields["value"]
    assert Path(environment["TMPDIR"]).parent == worker.folder
    assert Path(environment["XDG_CONFIG_HOME"]).parent == worker.folder
    assert environment["WORKBENCH_RENODE_BINARIES"] == "/opt/renode/bin"
    assert "WORKBENCH_RENODE_FRAMEWORK" not in environment


def test_worker_ends_when_its_owner_is_killed():
    """An owner that is killed cannot clean up: the closed pipe has to end the worker."""
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "from workbench.engines.renode.process import WorkerProcess\n"
            f"worker = WorkerProcess({{}}, {(*FAKE, 'serve')!r})\n"
            "print(worker.process_id, worker.folder, flush=True)\n"
            "time.sleep(1000)\n",
        ],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": ROOT},
        text=True,
    )
    assert owner.stdout
    process_id, folder = owner.stdout.readline().split(maxsplit=1)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    deadline = time.monotonic() + PROMPT
    while _running(int(process_id)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _running(int(process_id))
    assert not Path(folder.strip()).exists()
