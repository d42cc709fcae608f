"""One suite on one board with one kernel set: a Robot Framework process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO

from workbench.dut.suite_results import Job, JobResult, TestRecord
from workbench.robot.recorder import FINISHED, PREFIX

_LAST_CODE_OF_TESTS = 250  # Robot Framework's user guide, 3.1.3: beyond it nothing was tested
_ERROR = "[ ERROR ]"
_GRACE_SECONDS = 1.0
_PACKAGE_PARENT = Path(__file__).parents[2]


class JobRunner:
    """Runs jobs, and ends all processes that it started when it is stopped."""

    def __init__(self, folder: Path, timeout: float, on_test: Callable[[TestRecord], None]) -> None:
        """`timeout`: seconds on the host's clock for one suite; results go into `folder`."""
        self._folder = folder
        self._timeout = timeout
        self._on_test = on_test
        self._lock = threading.Lock()
        self._telling = threading.Lock()  # held while one test is reported
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, job: Job) -> JobResult:
        """Run one suite to its end, or to the time-out."""
        output = self._new_file(job)
        with tempfile.TemporaryFile("w+", errors="replace") as stream:
            process = self._start(_command(job, output), stream)
            late = threading.Event()
            timer = threading.Timer(self._timeout, _end_late, (process, late))
            timer.start()
            try:
                tests, finished = self._read(process, job)
                code = process.wait()
            except BaseException:
                _end([process])
                process.wait()
                output.unlink(missing_ok=True)
                raise
            finally:
                timer.cancel()
                with self._lock:
                    self._running.discard(process)
            stream.seek(0)
            said = stream.read()
        if late.is_set():
            broken = f"not done after {self._timeout:g} s"
        else:
            broken = _broken(code, said) or _unfinished(code, finished)
        if not output.stat().st_size:
            output.unlink()
            return JobResult(job, tests, broken, None)
        return JobResult(job, tests, broken, output)

    def stop(self) -> None:
        """End what runs, and let nothing more start."""
        with self._lock:
            self._stopped = True
            _end(self._running)

    def _new_file(self, job: Job) -> Path:
        """Make a file for the job's results: no file of the user's has its name."""
        descriptor, name = tempfile.mkstemp(".xml", f"{job.file_name}-", self._folder)
        os.close(descriptor)
        return Path(name)

    def _start(self, command: list[str], errors: IO[str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def _read(
        self, process: subprocess.Popen[str], job: Job
    ) -> tuple[tuple[TestRecord, ...], bool]:
        """Return the tests that ended, and whether they are all that were to run."""
        tests = []
        finished = False
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.strip() == PREFIX + FINISHED:
                    finished = True
                elif line.startswith(PREFIX):
                    record = _record(job, line.removeprefix(PREFIX))
                    tests.append(record)
                    with self._telling:
                        if not self._stopped:
                            self._on_test(record)
        return tuple(tests), finished


def _command(job: Job, output: Path) -> list[str]:
    variables = [f"ENGINE:{job.engine}", *job.variables]
    variables += [f"BOARD:{job.board}"] if job.board else []
    variables += [f"KERNELS:{job.kernels}"] if job.kernels else []
    options = [word for variable in variables for word in ("--variable", variable)]
    return [
        *(sys.executable, "-m", "robot", "--console", "none"),
        *("--pythonpath", str(_PACKAGE_PARENT)),
        *("--listener", "workbench.robot.recorder.Recorder"),
        *("--name", job.title, *options),
        *("--outputdir", str(output.parent), "--output", output.name),
        *("--log", "NONE", "--report", "NONE", str(job.suite)),
    ]


def _record(job: Job, line: str) -> TestRecord:
    said = json.loads(line)
    return TestRecord(
        suite=job.suite.stem,
        name=said["name"],
        board=said["board"] or job.board,
        kernels=said["kernels"] or job.kernels,
        engine=said["engine"] or job.engine,
        passed=said["status"] == "PASS",
        skipped=said["status"] == "SKIP",
        message=said["message"],
        seconds=said["seconds"],
        broken=said["broken"],
        transcript=said["transcript"],
        evidence=said["evidence"],
        warnings=tuple(said["warnings"]),
    )


def _broken(code: int, said: str) -> str:
    """Say what is wrong with a suite that could not be run as it stands, "" where nothing is."""
    lines = [line for line in said.splitlines() if line.strip()]
    if code < 0:
        return f"ended by signal {-code}"
    if code > _LAST_CODE_OF_TESTS:
        return "\n".join(lines[:1]) or f"Robot Framework ended with code {code}"
    return "\n".join(line for line in lines if line.startswith(_ERROR))


def _unfinished(code: int, finished: bool) -> str:
    """Say so where the process ended of itself before all tests had run, "" where it did not."""
    return "" if finished else f"ended with exit code {code} in the middle of the suite"


def _end_late(process: subprocess.Popen[str], late: threading.Event) -> None:
    late.set()
    _signal(process, signal.SIGKILL)


def _end(processes: Collection[subprocess.Popen[str]]) -> None:
    """Let compilers that a suite has started remove their temporary files, then kill the rest."""
    for process in processes:
        _signal(process, signal.SIGTERM)
    until = time.monotonic() + _GRACE_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
        _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
