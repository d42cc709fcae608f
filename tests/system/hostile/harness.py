"""Runs commands of the workbench in forked processes with bounds, and judges how they end."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 2 << 30
CPU_SECONDS = 60
WALL_SECONDS = 600  # on a machine that is busy with other things; what waits for ever ends here

Job = Callable[[], int]
"""Does something and returns an exit code."""


@dataclass(frozen=True)
class Ending:
    """How a job ended: its exit code, or the signal that ended it, what it said, what it took."""

    code: int
    signal: int
    said: str
    peak_bytes: int
    cpu_seconds: float

    @property
    def fault(self) -> str:
        """What is wrong with it, "" if nothing is."""
        if self.signal == signal.SIGXCPU:
            return f"takes more than {CPU_SECONDS} s"
        if self.signal:
            return f"is ended by {signal.Signals(self.signal).name}"
        if self.code not in (0, 1, 2):
            return f"ends with exit code {self.code}"
        if "Traceback" in self.said:
            return "shows a traceback"
        if self.code == 2 and not any(word in self.said for word in ("error:", "Error:")):
            return "ends with exit code 2 without a message"
        if not self.said:
            return "says nothing"
        if self.peak_bytes > MEMORY_BYTES:
            return f"takes {self.peak_bytes >> 20} MiB"
        return ""


def forked(job: Job, folder: Path) -> Ending:
    """Run `job` in a copy of this process whose current folder is `folder`.

    What is loaded here is loaded there, which is why it is quick.
    """
    log = folder / "said"
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _run(job, folder, log)
    _, status, used = os.wait4(child, 0)
    said = log.read_text(errors="replace")
    log.unlink()
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1
    seconds = used.ru_utime + used.ru_stime
    return Ending(code, ended_by, said, used.ru_maxrss * 1024, seconds)


def _run(job: Job, folder: Path, log: Path) -> None:
    """Never returns."""
    code = 70
    with contextlib.suppress(BaseException):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WALL_SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(folder)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - until _exit
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
        try:
            code = job()
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
