"""docs/extending.md, done as it is written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extension.test_installed import ROOT, workbench

PAGE = (ROOT / "docs" / "extending.md").read_text()
FILES = dict(re.findall(r"^`([\w./]+)`\n\n```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
MODEL = FILES["acme_counter/__init__.py"]
END_OF_FILE = re.search(r"^PERIPHERALS = .*$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip has installed the page's package."""
    source, target = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("site")
    for name, text in FILES.items():
        file = source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    command = ("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    subprocess.run(
        [sys.executable, "-m", *command, "--target", str(target), str(source)], check=True
    )
    return target


def test_the_page_makes_a_package_that_doctor_finds(site: Path) -> None:
    assert set(FILES) == {
        "acme_counter/__init__.py",
        "acme_counter/acme_board/__init__.py",
        "acme_counter/acme_board/acme_board.repl",
        "acme_counter/acme_board/platform.toml",
        "pyproject.toml",
    }
    found = json.loads(workbench(site, "doctor", "--json").stdout)["findings"]
    added = {one["part"]: one["state"] for one in found if "acme" in one["found"]}
    assert added == {"peripheral Sensors.Acme_Counter": "ok", "platform acme_board": "ok"}


READ_TWICE = """
import sys
from workbench.engines.embedded.assemble import assemble
from workbench.platform import read_platform
machine = assemble(read_platform(sys.argv[1]))
address = machine.peripherals["counter"].context.address
print([int.from_bytes(machine.bus.read(address, 4), "little") for _ in range(2)])
"""


def run_python(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-c", *arguments],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{site}"} | environment,
        capture_output=True,
        text=True,
    )


def test_the_counter_of_the_page_counts(site: Path) -> None:
    assert run_python(site, READ_TWICE, "acme_board").stdout == "[1, 2]\n"


def test_the_same_model_in_a_file_beside_the_description(tmp_path: Path) -> None:
    board = tmp_path / "acme_board"
    board.mkdir()
    for name in ("acme_board.repl", "platform.toml"):
        (board / name).write_text(FILES[f"acme_counter/acme_board/{name}"])
    assert END_OF_FILE is not None
    (board / "peripherals.py").write_text(f"{MODEL}\n\n{END_OF_FILE[0]}\n")
    refused = run_python(tmp_path, READ_TWICE, str(board), WORKBENCH_TRUST_SCRIPTS="0")
    assert "peripherals.py would run code" in refused.stderr
    trusted = run_python(tmp_path, READ_TWICE, str(board), WORKBENCH_TRUST_SCRIPTS="1")
    assert trusted.stdout == "[1, 2]\n", trusted.stderr
