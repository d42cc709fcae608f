"""Every rule on the embedded engine, and on QEMU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.system.engine.conftest import run_on_qemu, run_to_end
from tests.system.programs import OPTIMISED, compile_source
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import read_platform

from . import PROGRAMS, table
from .rule import Rule

SOURCES = Path(__file__).with_name("programs")
ROOT = Path(__file__).parents[3]
CASES = [
    pytest.param(program, rule, id=rule.name)
    for program, (_, rules) in PROGRAMS.items()
    for rule in rules
]
Values = dict[str, int]


@pytest.fixture(scope="session")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that compiles programs/NAME.c."""
    folder = tmp_path_factory.mktemp("rules")

    @cache
    def compiled(name: str) -> Path:
        shared = str(SOURCES / "rules.c"), f"-I{SOURCES}"
        return compile_source(folder / f"{name}.elf", SOURCES / f"{name}.c", *shared, *OPTIMISED)

    return compiled


@pytest.fixture(scope="session", params=["c", "python"])
def seen(request: pytest.FixtureRequest, elf: Callable[[str], Path]) -> Callable[[str], Values]:
    """Return a function that gives what a program prints on the embedded engine."""

    @cache
    def values(name: str) -> Values:
        with EmbeddedEngine(python_tracer=request.param == "python") as engine:
            engine.load(Image.from_file(elf(name)), read_platform("stm32f4_discovery"))
            return _values(run_to_end(engine))

    return values


@pytest.fixture(scope="session")
def seen_on_qemu(elf: Callable[[str], Path]) -> Iterator[Callable[[str], Values]]:
    """Return a function that gives what a program prints on QEMU."""
    yield cache(lambda name: _values(run_on_qemu(elf(name))))


def _values(text: str) -> Values:
    lines = (line.split("=") for line in text.splitlines() if "=" in line)
    return {name: int(value, 16) for name, value in lines}


def _shown(value: int | None) -> str:
    return "nothing" if value is None else f"{value:08x}"


@pytest.mark.parametrize(("program", "rule"), CASES)
def test_embedded(program: str, rule: Rule, seen: Callable[[str], Values]) -> None:
    assert _shown(seen(program).get(rule.name)) == _shown(rule.right), rule.text


@pytest.mark.qemu
@pytest.mark.parametrize(("program", "rule"), CASES)
def test_qemu(program: str, rule: Rule, seen_on_qemu: Callable[[str], Values]) -> None:
    assert _shown(seen_on_qemu(program).get(rule.name)) == _shown(rule.on_qemu), rule.text


def test_every_line_is_a_rule(seen: Callable[[str], Values]) -> None:
    for program, (_, rules) in PROGRAMS.items():
        assert set(seen(program)) == {rule.name for rule in rules}


def test_the_page_is_made_from_the_rules() -> None:
    assert (ROOT / "docs" / "armv7m.md").read_text() == table.page()
