"""Runs `workbench test` on suites that a test writes."""

import json
import shutil

import pytest

from tests.system.programs import SOURCES, compile_source
from workbench.cli.app import run
from workbench.support.resources import resource

RESOURCE = resource("robot") / "workbench.resource"
RECORDINGS = resource("firmware") / "models" / "keyword_spotter" / "recordings"


@pytest.fixture(scope="session")
def reads_nowhere(tmp_path_factory):
    """An ELF for the STM32F4DISCOVERY that reads where nothing is."""
    elf = tmp_path_factory.mktemp("crash") / "crash.elf"
    return compile_source(elf, SOURCES / "crashes.c", "-O1", "-g", "-DCRASH=read_nowhere")


@pytest.fixture(scope="session")
def ends_itself(tmp_path_factory):
    """An ELF for the STM32F4DISCOVERY that ends itself by a semihosting call, with code 0."""
    elf = tmp_path_factory.mktemp("ends") / "ends.elf"
    return compile_source(elf, SOURCES / "crashes.c", "-O1", "-g")


@pytest.fixture
def run_suite(tmp_path, firmware_image, capsys):
    """Return a function that writes a suite with these tests, runs it, and gives what came.

    The suite uses the resource file that ships with the workbench, as a user would copy it.
    """
    elf = firmware_image("stm32f4_discovery").elf

    def call(tests, *options):
        shutil.copy(RESOURCE, tmp_path / "workbench.resource")
        suite = tmp_path / "mine.robot"
        suite.write_text(f"*** Settings ***\nResource    workbench.resource\n\n{tests}")
        code = run(
            [
                *("test", str(suite), "--engine", "embedded", "--json"),
                *("--variable", f"ELF:{elf}", "--variable", f"RECORDINGS:{RECORDINGS}"),
                *("--output", str(tmp_path / "out"), *options),
            ]
        )
        out = capsys.readouterr().out
        return code, json.loads(out), tmp_path / "out"

    return call
