"""What silicon faults on is a failed check in every face on Renode, as any crash is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import needs
from tests.endings import diagnosis_of
from workbench.cli.app import app
from workbench.dut import DeviceUnderTest
from workbench.engines import open_engine
from workbench.engines.base import Seconds, Stop, StopKind
from workbench.errors import CheckFailedError
from workbench.image import Image
from workbench.platform import Platform
from workbench.runs.parity import Stimulus, parity, require_parity

from .conftest import Compile

pytestmark = pytest.mark.renode

TITLE = "BusFault escalated to HardFault: read of 4 bytes from 0x60000000, where nothing is"
NOTE = "seen by the embedded engine, which executes the same beside renode"
OPTIONS = ("-O1", "-g", "-DCRASH=read_nowhere")
ENGINES = ("embedded", "renode")


@pytest.fixture
def elf(compiled: Compile) -> str:
    needs.renode()
    return str(compiled(options=OPTIONS))


def call(*words: str, engine: str = "renode") -> tuple[int, str]:
    """Call the command line; return its exit code and all that it printed."""
    done = CliRunner().invoke(app, [*words, "--engine", engine])
    return done.exit_code, done.output + str(done.exception or "")


@pytest.mark.parametrize("command", ["run", "measure", "profile"])
def test_every_command_fails_and_says_what_silicon_does(command: str, elf: str) -> None:
    function = ["--function", "use"] if command == "measure" else []
    code, said = call(command, elf, "--platform", "stm32f4_discovery", *function)
    assert code == 1
    assert TITLE in said
    assert "called from middle (crashes.c:" in said
    assert NOTE in said


def test_the_handler_runs_where_faults_are_let_pass(elf: str) -> None:
    words = ("run", elf, "--platform", "stm32f4_discovery", "--through-faults", "--json")
    reports = []
    for engine in ENGINES:
        code, said = call(*words, engine=engine)
        report = json.loads(said[said.index("{") : said.rindex("}") + 1])
        reports.append((code, report["stop"], report["diagnosis"]["title"]))
    assert reports[0] == reports[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_range_that_the_repl_tags_is_there(engine: str, elf: str, tmp_path: Path) -> None:
    board = Path("platforms/stm32f4_discovery/stm32f4_discovery.repl").absolute()
    repl = tmp_path / "tagged.repl"
    tag = 'Tag <0x60000000, 0x600000FF> "fsmc" 0x0'
    repl.write_text(f'using "{board}"\n\nsysbus:\n    init:\n        {tag}\n')
    code, said = call("run", elf, "--repl", str(repl), "--uart", "usart2", engine=engine)
    assert code == 0, said


def test_a_test_of_a_device_fails_with_it(elf: str, platform: Platform) -> None:
    with DeviceUnderTest("renode") as device:
        device.load(Image.from_file(elf), platform)
        with pytest.raises(CheckFailedError, match="the firmware faulted: BusFault escalated"):
            device.run(Seconds(0.01))
        assert device.wait_for_fault().kinds >= {"BusFault", "PRECISERR"}
        assert device.run(Seconds(0.01)).kind is StopKind.IDLE  # the handler ends the firmware
        assert NOTE in "\n".join(device.evidence().lines())


def test_the_engines_show_the_same_crash(elf: str, platform: Platform) -> None:
    report = parity(Image.from_file(elf), platform, Stimulus(Seconds(1)))
    assert report.difference is None
    assert report.compared[-1].what == "the instruction that faults"
    with pytest.raises(CheckFailedError, match="then the firmware crashed"):
        require_parity(report)
    assert not any("was dropped" in text for text in report.warnings)


@pytest.mark.parametrize("reset_vector", [0x6000_0001, 0x4000_4401, 0xE000_0001, 0x0800_0040, 0])
def test_a_reset_vector_that_points_nowhere_is_the_same_crash(
    reset_vector: int, elf: str, platform: Platform
) -> None:
    image = _started_at(reset_vector, Image.from_file(elf))
    told = []
    for name in ENGINES:
        with open_engine(name) as engine:
            engine.load(image, platform)
            reason = engine.run(Stop(), Seconds(0.001))
            diagnosis = diagnosis_of(engine, image, platform, reason)
            assert diagnosis is not None
            told.append((reason.kind, reason.fault, reason.instructions, diagnosis.title))
    assert told[0] == told[1]


def _started_at(reset_vector: int, image: Image) -> Image:
    first, *others = image.segments
    assert first.address == image.vector_table
    data = first.data[:4] + reset_vector.to_bytes(4, "little") + first.data[8:]
    return replace(image, segments=(replace(first, data=data), *others))


def test_a_semihosting_call_is_served_and_told_once(compiled: Compile) -> None:
    needs.renode()
    words = (str(compiled()), "--platform", "stm32f4_discovery", "--function", "main")
    code, said = call("measure", *words)
    assert code == 0
    assert said.count("warning: semihosting call") == 1
    _, said = call("measure", *words, "--json")
    warnings = json.loads(said[said.index("{") : said.rindex("}") + 1])["warnings"]
    assert [text.split(" at ")[0] for text in warnings] == ["semihosting call"]
