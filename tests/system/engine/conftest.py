"""Small programs for the Cortex-M4, compiled on the fly, and the two machines that run them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.engines.base import Instructions, Stop, StopReason
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import Platform, load

SOURCES = Path(__file__).with_name("firmware")
COMPILER = "arm-none-eabi-gcc"
FLAGS = (
    *("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    *("-O1", "-g", "-ffreestanding", "-nostdlib", "-Wall", "-Wextra", "-Werror"),
)
QEMU = "qemu-system-arm"
PLENTY = Instructions(5_000_000)

Program = Callable[[str], Path]
Run = Callable[..., StopReason]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Return a function that compiles firmware/NAME.c and gives the ELF."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed")
    folder = tmp_path_factory.mktemp("programs")

    def make(name: str) -> Path:
        elf = folder / f"{name}.elf"
        return elf if elf.exists() else compile_program(name, folder)

    return make


def compile_program(name: str, folder: Path) -> Path:
    """Compile firmware/NAME.c into `folder` and return the ELF."""
    elf = folder / f"{name}.elf"
    sources = [str(SOURCES / f) for f in ("startup.c", f"{name}.c")]
    script = ["-T", str(SOURCES / "test.ld"), "-Wl,--build-id=none"]
    command = [COMPILER, *FLAGS, *sources, *script, "-lgcc", "-o", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return elf


@pytest.fixture(scope="session")
def platform() -> Platform:
    return load("stm32f4_discovery")


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
        engine.load(Image.load(program(name)), platform)
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
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
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
