"""Small programs for the Cortex-M4, compiled on the fly, and the two machines that run them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import needs
from tests.system.programs import PLENTY, compile_program
from workbench.engines.base import Stop, StopReason
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import Platform, read_platform

QEMU = "qemu-system-arm"

Program = Callable[[str], Path]
Run = Callable[..., StopReason]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Return a function that compiles firmware/NAME.c and gives the ELF."""
    folder = tmp_path_factory.mktemp("programs")

    def make(name: str) -> Path:
        elf = folder / f"{name}.elf"
        return elf if elf.exists() else compile_program(name, folder)

    return make


@pytest.fixture(scope="session")
def platform() -> Platform:
    return read_platform("stm32f4_discovery")


@pytest.fixture(params=["c", "python"])
def engine(request: pytest.FixtureRequest) -> Iterator[EmbeddedEngine]:
    """The embedded engine with either tracer."""
    with EmbeddedEngine(python_tracer=request.param == "python") as machine:
        yield machine


@pytest.fixture
def boot(
    engine: EmbeddedEngine, program: Program, platform: Platform
) -> Callable[[str], EmbeddedEngine]:
    """Return a function that loads a program into the engine."""

    def load_program(name: str) -> EmbeddedEngine:
        engine.load(Image.from_file(program(name)), platform)
        return engine

    return load_program


def run_to_end(engine: EmbeddedEngine) -> str:
    """Run a program until it ends itself; return what it printed."""
    reason = engine.run(Stop(fault=False), PLENTY)
    text = engine.uart.read().decode()
    assert text.endswith("end\n"), (reason, text)
    return text


def run_on_qemu(elf: Path) -> str:
    """Run a program on QEMU's netduinoplus2; return what it printed."""
    needs.program(QEMU)
    command = [QEMU, "-M", "netduinoplus2", "-kernel", str(elf), "-nographic", "-monitor", "none"]
    # Time by instructions, so that the host's load does not show.
    command += ["-icount", "shift=6,sleep=off"]
    semihosting = ["-serial", "null", "-semihosting-config", "enable=on,target=native"]
    done = subprocess.run(
        [*command, *semihosting],
        capture_output=True,
        text=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout + done.stderr
