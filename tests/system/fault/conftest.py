"""Programs that crash on purpose, compiled in several ways, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.endings import diagnosis_of
from tests.system.programs import PLENTY, SOURCES, compile_source
from workbench.engines.base import Engine, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fault.diagnosis import Diagnosis
from workbench.image import Image
from workbench.platform import Platform, read_platform

PLAIN = ("-O2", "-g")

Compile = Callable[..., Path]
Crash = Callable[..., Diagnosis]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Return a function that compiles a program of tests/system/engine/firmware."""
    folder = tmp_path_factory.mktemp("crashes")

    def compile_it(name: str = "crashes", options: Sequence[str] = PLAIN) -> Path:
        elf = folder / ("".join((name, *options)) + ".elf")
        return elf if elf.exists() else compile_source(elf, SOURCES / f"{name}.c", *options)

    return compile_it


@pytest.fixture(scope="session")
def platform() -> Platform:
    return read_platform("stm32f4_discovery")


def crash_on(
    engine: Engine, elf: Path, platform: Platform, function: str, stripped: bool = False
) -> Diagnosis:
    """Call `function` in place of main, with main done first, and say why it crashed.

    stripped: the image that is diagnosed has no symbols.
    """
    image = Image.from_file(elf)
    engine.load(image, platform)
    main = image.symbol("main").address
    engine.run(Stop(pc=frozenset({main})), PLENTY)
    after = engine.registers["lr"] & ~1
    engine.run(Stop(pc=frozenset({after})), PLENTY)
    engine.registers["lr"] = after | 1
    engine.registers["pc"] = image.symbol(function).address
    reason = engine.run(Stop(), PLENTY)
    if stripped:
        image = replace(image, symbols=())
    diagnosis = diagnosis_of(engine, image, platform, reason)
    assert diagnosis is not None
    return diagnosis


@pytest.fixture
def crash(compiled: Compile, platform: Platform) -> Crash:
    """Return a function that lets a function of a program crash on the embedded engine."""

    def crash_it(
        function: str, options: Sequence[str] = PLAIN, stripped: bool = False
    ) -> Diagnosis:
        with EmbeddedEngine() as engine:
            return crash_on(engine, compiled("crashes", options), platform, function, stripped)

    return crash_it
