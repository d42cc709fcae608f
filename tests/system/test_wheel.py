"""An installed workbench builds and boots without a checkout: its wheel carries all it needs."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import needs
from tests.cross import GCC

CHECKOUT = Path(__file__).parents[2]
ELSEWHERE_TIMES_OUT_AFTER = 300  # seconds, for a build of the firmware on a loaded machine


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the checkout, so that nothing is left in it."""
    pytest.importorskip("setuptools", "77", reason="the build back end is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "out", "build", "*.egg-info", "*.so")
    shutil.copytree(CHECKOUT, source, ignore=ignored)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", folder, source], check=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel's content as it lies in site-packages, and an environment that sees only it."""
    site = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    cache = tmp_path_factory.mktemp("cache")
    return {**os.environ, "PYTHONPATH": str(site), "WORKBENCH_CACHE": str(cache)}


def workbench(arguments, environment, folder):
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=ELSEWHERE_TIMES_OUT_AFTER,
    )


def test_the_wheel_carries_platforms_firmware_and_templates(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for needed in (
        "workbench/py.typed",
        "workbench/_data/platforms/stm32f4_discovery/stm32f4_discovery.repl",
        "workbench/_data/platforms/nrf52840_dk/platform.toml",
        "workbench/_data/firmware/CMakeLists.txt",
        "workbench/_data/firmware/models/keyword_spotter/model.tflite",
        "workbench/report/templates/demo.html.j2",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith("tests/")]


def test_an_installed_workbench_builds_and_classifies(installed, tmp_path):
    needs.program(GCC)
    done = workbench(
        ["build", "--board", "nrf52840_dk", "--kernels", "reference", "--output", "."],
        installed,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (elf,) = tmp_path.glob("*.elf")
    done = workbench(
        ["run", elf.name, "--platform", "nrf52840_dk", "--until", "ready", "--json"],
        installed,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert str(CHECKOUT) not in done.stdout
