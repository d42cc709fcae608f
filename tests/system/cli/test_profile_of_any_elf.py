"""`workbench profile` on what other people's compilers, linkers and assemblers leave behind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cross import CORE, compile_elf
from tests.unit.image.source_lines.compiler import Compiler, write_script
from workbench.cli.app import run

ASSEMBLER = """
        .syntax unified
        .cpu cortex-m4
        .thumb
        .section .vectors, "a"
        .word 0x20010000, Reset + 1
        .text
        .global Reset
Reset:  movs r0, #100
again:  bl leaf
        subs r0, #1
        bne again
sleep:  wfi
        b sleep
leaf:   adds r1, r1, r0
        bx lr
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    return Compiler(tmp_path_factory.mktemp("any"))


def profile(elf: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the profile of the first 20,000 instructions; the page and the exports are written."""
    limits = ["--platform", "stm32f4_discovery", "--engine", "embedded", "--limit", "20kinstr"]
    files = ["--html", folder / "p.html", "--speedscope", folder / "p.json"]
    files += ["--collapsed", folder / "p.txt"]
    assert run(["profile", str(elf), *limits, *map(str, files)]) == 0
    assert "instructions" in capsys.readouterr().out
    assert run(["profile", str(elf), *limits, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    whole = sum(one["instructions"] for one in found["functions"])
    assert whole == found["instructions"] > 0
    return found


@pytest.mark.parametrize(
    "flags",
    [
        ("-O0", "-g"),
        ("-O2", "-gdwarf-2"),
        ("-O2", "-gdwarf-4"),
        ("-O2", "-gdwarf-5"),
        ("-O2", "-g", "-flto"),
        ("-O2", "-g", "-gz"),
    ],
    ids=" ".join,
)
def test_functions_and_lines(compiled, tmp_path, capsys, flags):
    found = profile(compiled(*flags), tmp_path, capsys)
    assert "Work(unsigned int)" in [one["name"] for one in found["functions"]]
    assert ("Reset", "Work(unsigned int)") in [
        (one["caller"], one["callee"]) for one in found["calls"]
    ]
    assert found["lines"][0]["file"].endswith("program.cc")


def test_without_debug_information_there_are_functions(compiled, tmp_path, capsys):
    found = profile(compiled("-O2"), tmp_path, capsys)
    assert "Work(unsigned int)" in [one["name"] for one in found["functions"]]
    assert found["lines"] == []


def test_a_stripped_image_has_its_functions_by_address(compiled, tmp_path, capsys):
    stripped = tmp_path / "stripped.elf"
    command = ["arm-none-eabi-strip", "--strip-all", "-o", str(stripped), str(compiled("-O2"))]
    subprocess.run(command, check=True, timeout=30)
    found = profile(stripped, tmp_path, capsys)
    names = [one["name"] for one in found["functions"]]
    assert len(names) > 1
    assert all(name.startswith("0x0800") for name in names)


def test_assembler_without_function_symbols_has_its_labels(tmp_path, capsys):
    source = tmp_path / "a.s"
    source.write_text(ASSEMBLER)
    link = ("-nostdlib", "-T", write_script(tmp_path), "-Wl,-e,Reset")
    elf = compile_elf(tmp_path / "a.elf", *CORE, "-g", *link, source)
    found = profile(elf, tmp_path, capsys)
    assert [(one["name"], one["calls"]) for one in found["functions"]] == [
        ("Reset", 1),
        ("leaf", 100),
    ]
    text = ASSEMBLER.splitlines()
    ran = [text[line["line"] - 1].split(":")[-1].split()[0] for line in found["lines"]]
    assert sorted(ran) == ["adds", "bl", "bne", "bx", "movs", "subs", "wfi"]


@pytest.mark.parametrize(("function", "first"), [("Work", "Work"), (None, "Reset")])
def test_what_the_profile_begins_with_is_called_once(compiled, tmp_path, capsys, function, first):
    options = ["--function", function] if function else []
    words = ["profile", str(compiled("-O1", "-g")), "--platform", "stm32f4_discovery", *options]
    assert run([*words, "--engine", "embedded", "--limit", "20kinstr", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (calls,) = [one["calls"] for one in found["functions"] if one["name"].startswith(first)]
    assert calls == 1
