"""Kills callers at random moments, and looks at what is left: `python -m tests.system.kills`.

    python -m tests.system.kills --engine embedded --kills 200 [--seed 1]

A caller runs in a folder of its own, with files in it, with a TMPDIR of its own, and on a copy of
Renode's folder. It is killed with SIGKILL or SIGTERM; then all three have to be as they were, and
no process may be left that it started. The callers are commands, and a program that does nothing
but commands of Renode's Monitor: loads, resets, snapshots. One that has ended before its random
moment comes does not count.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.builder import build, plan_build

ROOT = Path(__file__).parents[2]
BOARD = "stm32f4_discovery"
MARK = "WORKBENCH_TEST_OF_KILLS"
GONE_SECONDS = 60.0
SIGNALS = (signal.SIGKILL, signal.SIGTERM)

_COMMANDS_ONLY = """
import sys
from workbench.platform import read_platform
from workbench.engines import open_engine
from workbench.engines.base import Instructions, Stop
from workbench.image import Image
image, target = Image.from_file(sys.argv[2]), read_platform(sys.argv[3])
with open_engine(sys.argv[1]) as engine:
    while True:
        engine.load(image, target)
        engine.reset()
        saved = engine.snapshot()
        engine.run(Stop(), Instructions(1000))
        engine.restore(saved)
"""
_SUITE = """\
*** Settings ***
Library    workbench.robot.Workbench    platform=stm32f4_discovery

*** Test Cases ***
Waits
    Load Firmware    {elf}
    Wait For Line On UART    never    timeout=1h
"""


@dataclass
class Findings:
    """What was seen in all: how callers were killed, and what each left that it should not have."""

    killed: Counter[str]
    left: list[str]


class Killer:
    """One caller after the other, in folders below `folder`."""

    def __init__(self, folder: Path, engine: str, seed: int, renode: Path | None = None) -> None:
        """renode: the root of a copy that may be lost, for the engine renode."""
        self._engine = engine
        self._random = random.Random(seed)
        self._elf = build(plan_build(BOARD, "reference")).elf
        self._current, self._temporary = folder / "current", folder / "temporary"
        self._folders = [self._current, self._temporary, *([renode] if renode else [])]
        for number, path in enumerate((self._current, self._temporary)):
            (path / "deep").mkdir(parents=True)
            (path / "deep" / "file").write_text(f"kept {number}")
            (path / "notes.txt").write_text("kept")
        self._suite = folder / "waits.robot"
        self._suite.write_text(_SUITE.format(elf=self._elf))
        self._output = folder / "output"
        self._pause = threading.Event()
        self.findings = Findings(Counter(), [])

    def kill(self, times: int) -> Findings:
        """Kill so many callers."""
        before = {path: _contents(path) for path in self._folders}
        number = 0
        while self.findings.killed.total() < times:
            number += 1
            name, command, longest = self._random.choice(self._callers())
            sent = self._random.choice(SIGNALS)
            after = self._random.uniform(0.0, longest)
            mark = f"{os.getpid()}-{number}"
            was_killed = self._run_and_kill(command, sent, after, mark)
            self.findings.killed[f"{name}, {sent.name}"] += was_killed
            what = f"kill {number} ({name}, {sent.name} after {after:.2f} s)"
            self.findings.left += [f"{what}: {left}" for left in self._left(mark, before)]
        return self.findings

    def _callers(self) -> list[tuple[str, list[str], float]]:
        """Name, command and longest time before the kill, in seconds."""
        python, starts = sys.executable, 12.0 if self._engine == "renode" else 4.0
        workbench = [python, "-m", "workbench"]
        engine = ["--engine", self._engine]
        run = [*workbench, "run", str(self._elf), "-p", BOARD, *engine, "--limit", "1h"]
        profile = [*workbench, "profile", str(self._elf), "-p", BOARD, *engine]
        suite = [*workbench, "test", str(self._suite), *engine, "-o", str(self._output)]
        own = [python, "-c", _COMMANDS_ONLY, self._engine, str(self._elf), BOARD]
        return [
            ("run", [*run, "--until", "never"], starts),
            ("profile", [*profile, "--function", "main"], starts),
            ("test", suite, 1.5 * starts),
            ("commands", own, 2 * starts),
            ("commands", own, 2 * starts),
        ]

    def _run_and_kill(self, command: list[str], sent: int, after: float, mark: str) -> bool:
        """Return whether the caller was there to be killed."""
        environment = {
            **os.environ,
            MARK: mark,
            "TMPDIR": str(self._temporary),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        caller = subprocess.Popen(
            command,
            cwd=self._current,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._pause.wait(after)
        was_there = caller.poll() is None
        caller.send_signal(sent)
        caller.wait()
        return was_there

    def _left(self, mark: str, before: Mapping[Path, Mapping[str, str]]) -> list[str]:
        """Say what is left of the caller, or lost by it."""
        give_up = time.monotonic() + GONE_SECONDS
        while (processes := _processes(mark)) and time.monotonic() < give_up:
            self._pause.wait(0.1)
        said = [f"process {text}" for text in processes]
        for folder, contents in before.items():
            now = _contents(folder)
            said += [f"lost {path}" for path in contents if now.get(path) != contents[path]]
            said += [f"left {path}" for path in now if path not in contents]
        return said


def _contents(folder: Path) -> dict[str, str]:
    """Return all paths below `folder`, each with what is in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path)] = f"link to {path.readlink()}"
        elif path.is_file():
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[str(path)] = "folder"
    return found


def _processes(mark: str) -> list[str]:
    """Return the processes that have the mark in their environment, but for zombies."""
    wanted = f"{MARK}={mark}\0".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if wanted in (entry / "environ").read_bytes() + b"\0":
                    name = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found.append(f"{entry.name} {name[:80]}")
            except OSError:
                continue  # it has ended, or is another user's
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=("embedded", "renode"), required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    renode = os.environ.get("PYRENODE_BUILD_DIR") if options.engine == "renode" else None
    folder = Path(tempfile.mkdtemp(prefix="workbench-kills-"))
    killer = Killer(folder, options.engine, options.seed, Path(renode) if renode else None)
    findings = killer.kill(options.kills)
    for what, times in sorted(findings.killed.items()):
        print(f"{times:5} {what}")
    print(*findings.left, sep="\n", end="\n" if findings.left else "")
    print(f"{findings.killed.total()} killed on {options.engine}, {len(findings.left)} findings")
    if not findings.left:
        shutil.rmtree(folder)
    return int(bool(findings.left))


if __name__ == "__main__":
    sys.exit(main())
