"""A server for GDB as a user starts it, and GDB as a user calls it."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import needs
from tests.system.programs import OPTIMISED, compile_source

DEBUGGER = "gdb-multiarch"
BOARD = "stm32f4_discovery"
SECONDS = 60
SOURCE = Path(__file__).with_name("debugged.c")

Compile = Callable[..., Path]


class Session:
    """GDB that stays connected to a server, and does what it is told."""

    def __init__(self, elf: Path, where: str) -> None:
        self._process = subprocess.Popen(
            [DEBUGGER, "-nx", "-q", str(elf), "-ex", f"target remote {where}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def say(self, command: str) -> None:
        """Give GDB a command and do not wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def vanish(self) -> None:
        """End without a word to the server."""
        self._process.kill()
        self._process.communicate()

    def finish(self, *commands: str) -> str:
        """Give GDB its last commands; return all that it has printed."""
        said, _ = self._process.communicate("\n".join((*commands, "")), timeout=SECONDS)
        return said


@dataclass
class Server:
    """A running `workbench gdb`: what it serves, and where."""

    elf: Path
    where: str
    process: subprocess.Popen[str]

    def debug_from_reset(self, *commands: str) -> str:
        """As `debug`, on a board that was reset."""
        return self.debug("monitor reset halt", "maintenance flush register-cache", *commands)

    def debug(self, *commands: str, connect: str = "target remote", then: str = "detach") -> str:
        """Give GDB the commands and return what it prints."""
        words = [DEBUGGER, "-nx", "-batch", str(self.elf), "-ex", f"{connect} {self.where}"]
        words += [word for command in (*commands, then) for word in ("-ex", command)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
        return done.stdout + done.stderr

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """GDB, connected, until the end of the block."""
        session = Session(self.elf, self.where)
        try:
            yield session
        finally:
            session.vanish()


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("renode", marks=pytest.mark.renode)]
)
def engine(request: pytest.FixtureRequest) -> str:
    needs.program(DEBUGGER)
    if request.param == "renode":
        needs.renode()
    return str(request.param)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Return a function that compiles debugged.c with ANSWER and gives the ELF."""

    def compile_it(answer: int = 42) -> Path:
        elf = tmp_path_factory.mktemp("debugged") / f"answer{answer}.elf"
        return compile_source(elf, SOURCE, *OPTIMISED, f"-DANSWER={answer}")

    return compile_it


@contextlib.contextmanager
def serving(elf: Path, engine: str, *options: str) -> Iterator[Server]:
    """Start `workbench gdb` on a free port, and end it."""
    command = [sys.executable, "-m", "workbench", "gdb", str(elf), "--platform", BOARD]
    process = subprocess.Popen(
        [*command, "--engine", engine, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]
        match = re.search(r"target remote (127\.0\.0\.1:\d+)'", said[1])
        assert match, said + process.stderr.readlines()
        yield Server(elf, match[1], process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server(engine: str, compiled: Compile) -> Iterator[Server]:
    """One server for debugged.c for the tests of a module: Renode takes seconds to start."""
    with serving(compiled(), engine) as running:
        yield running
