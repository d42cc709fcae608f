"""A server for GDB as a user starts it, and GDB as a user calls it."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.engine.conftest import COMPILER, FLAGS
from tests.system.engine.conftest import SOURCES as SHARED
from workbench.engines.renode import discover
from workbench.errors import EngineUnavailableError

DEBUGGER = "gdb-multiarch"
BOARD = "stm32f4_discovery"
SECONDS = 60
HERE = Path(__file__).parent

Compile = Callable[..., Path]


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


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("renode", marks=pytest.mark.renode)]
)
def engine(request: pytest.FixtureRequest) -> str:
    if shutil.which(DEBUGGER) is None:
        pytest.skip(f"needs {DEBUGGER}")
    if request.param == "renode":
        try:
            discover()
        except EngineUnavailableError as error:
            pytest.skip(f"needs Renode: {error.message}")
    return str(request.param)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Return a function that compiles debugged.c with ANSWER and gives the ELF."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed")

    def compile_it(answer: int = 42) -> Path:
        elf = tmp_path_factory.mktemp("debugged") / f"answer{answer}.elf"
        sources = [str(SHARED / "startup.c"), str(HERE / "debugged.c")]
        script = ["-T", str(SHARED / "test.ld"), "-Wl,--build-id=none", f"-DANSWER={answer}"]
        command = [COMPILER, *FLAGS, f"-I{SHARED}", *sources, *script, "-lgcc", "-o", str(elf)]
        subprocess.run(command, check=True, timeout=60)
        return elf

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
