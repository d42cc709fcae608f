"""The host oracle's process: its death is a message, and it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import ModelError, UserError
from workbench.model.oracle import Oracle
from workbench.model.oracle_process import OracleProcess

pytestmark = pytest.mark.slow


def worker(code: str) -> tuple[str, ...]:
    """The command of a worker that does `code` with its first request."""
    head = """
        import os, signal, sys, time
        from workbench.support.framing import Message, read_message, write_message
        requests, answers = sys.stdin.buffer, sys.stdout.buffer
        request = read_message(requests)
    """
    return sys.executable, "-c", textwrap.dedent(head) + code


def ended(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("os.kill(os.getpid(), signal.SIGFPE)", "dies of SIGFPE when it reads the model"),
        ("sys.exit(3)", "ends with exit code 3"),
        ("os.close(1); time.sleep(60)", "dies of SIGKILL"),
        ("answers.write(b'x' * 99); answers.flush()", "dies of SIGKILL|ends with exit code 0"),
        ("print('Didnt find op', file=sys.stderr); os.abort()", r"SIGABRT[^|]*\n  \| Didnt find"),
        ("write_message(answers, Message({'error': 'no'}))", "TFLM refuses the model: no"),
    ],
)
def test_however_it_ends_there_is_a_message(code, message):
    process = OracleProcess(worker(code))
    with pytest.raises(ModelError, match=message):
        process.ask("load", b"model")
    assert ended(process.process_id)


def test_what_does_not_answer_is_ended():
    process = OracleProcess(worker("time.sleep(60)"), answer_seconds=0.5)
    with pytest.raises(ModelError, match=r"does not end in 0\.5 s when it runs the model"):
        process.ask("run")
    assert ended(process.process_id)


def test_a_package_that_cannot_be_imported_is_the_users_matter():
    answer = "Message({'error': 'ImportError: x', 'kind': 'unavailable'})"
    process = OracleProcess(worker(f"write_message(answers, {answer})"))
    with pytest.raises(UserError, match="cannot be imported: ImportError: x"):
        process.ask("load")


OWNER = """
import os, sys, numpy as np
from pathlib import Path
from workbench.model.oracle import Oracle
oracle = Oracle.from_file(Path(sys.argv[1]))
print(oracle._process.process_id, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("how", ["killed", "ends"])
def test_it_ends_with_its_owner(installed, keyword_spotter, how, tmp_path):
    command = [sys.executable, "-c", OWNER, str(keyword_spotter), how]
    owner = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert owner.returncode == (-signal.SIGKILL if how == "killed" else 0), owner.stderr
    worker_id = int(owner.stdout)
    for _ in range(100_000):  # the kernel has sent the signal; it may not have arrived
        if ended(worker_id) or is_zombie(worker_id):
            break
    else:
        pytest.fail("the worker lives on")
    assert not list(tmp_path.iterdir())


def is_zombie(process_id: int) -> bool:
    """Ended, and not yet waited for by whoever has inherited it."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
        return status.rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_one_process_serves_many_inferences(installed, keyword_spotter):
    rows = np.random.default_rng(1)
    with Oracle.from_file(keyword_spotter) as oracle:
        first = oracle._process.process_id
        outputs = [oracle.run(rows.integers(-128, 128, 490, np.int8))[0] for _ in range(40)]
        assert oracle._process.process_id == first
    assert len({output.tobytes() for output in outputs}) > 1
    assert ended(first)


def test_modules_of_the_current_folder_are_not_imported(
    installed, keyword_spotter, tmp_path, monkeypatch
):
    (tmp_path / "numpy.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    Oracle.from_file(keyword_spotter).close()
