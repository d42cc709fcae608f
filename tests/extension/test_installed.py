"""The package of this folder, installed as a user would: its board runs, with its peripheral."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cross import BARE, CORE, STRICT, compile_elf

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip has installed the package."""
    folder = tmp_path_factory.mktemp("extension")
    source = shutil.copytree(HERE / "package", folder / "package")
    command = ("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    target = folder / "site"
    subprocess.run(
        [sys.executable, "-m", *command, "--target", str(target), str(source)], check=True
    )
    return target


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware that measures."""
    elf = tmp_path_factory.mktemp("firmware") / "reader.elf"
    options = (*CORE, *BARE, *STRICT, "-O1", "-g", "-T", HERE / "reader.ld")
    return compile_elf(elf, *options, HERE / "reader.c")


def workbench(site: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{site}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("named", ["by name", "by folder"])
def test_firmware_reads_the_peripheral_of_the_board(
    named: str, installed: Path, reader: Path
) -> None:
    where = "acme_node" if named == "by name" else installed / "acme_boards" / "acme_node"
    done = workbench(
        installed,
        *("run", reader, "--platform", where, "--engine", "embedded", "--until", "celsius 21"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "celsius 21" in done.stdout
    assert "has no model" not in done.stdout + done.stderr


def test_doctor_lists_what_is_added(installed: Path) -> None:
    found = json.loads(workbench(installed, "doctor", "--json").stdout)["findings"]
    added = {one["part"]: one for one in found if "acme-boards 1.0" in one["found"]}
    assert set(added) == {
        "peripheral Sensors.Acme_Thermometer",
        "peripheral UART.Acme_Serial",
        "platform acme_node",
    }
    assert {one["state"] for one in added.values()} == {"ok"}


def test_the_platform_is_named_where_platforms_are(installed: Path, reader: Path) -> None:
    done = workbench(installed, "run", reader, "--platform", "acme_mode")
    assert done.returncode == 2
    assert "did you mean acme_node?" in done.stderr
