"""Kills of a caller or its worker at random moments, and what they leave behind.

`python -m tests.system.renode.kills [COUNT] [SEED]` on the Renode of this machine: nothing may be
gone from Renode's folder or the caller's, and nothing may stay in the folder for temporary files.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.unit.image.test_image import small_elf
from workbench.engines.renode.discovery import discover
from workbench.engines.renode.installations import RenodeInstallation

ROOT = Path(__file__).parents[3]
_LATEST = 8.0  # seconds after the caller's start; Renode runs the firmware by then
_GONE_WITHIN = 300.0  # a guard against hanging; a busy machine takes its time

# `b .` is a sleep to Renode: two instructions that jump to each other go on for ever.
_FIRMWARE = small_elf(struct.pack("<2I", 0x2000_1000, 0x0800_0009) + bytes.fromhex("00bf fde7"))
_CALLER = """
from pathlib import Path
from workbench.platform import read_platform
from workbench.engines import open_engine
from workbench.engines.base import Seconds, Stop
from workbench.image import Image

print("begun", flush=True)
with open_engine("renode") as engine:
    engine.load(Image.from_file(Path("firmware.elf")), read_platform("stm32f4_discovery"))
    print("loaded", flush=True)
    while True:
        engine.run(Stop(), Seconds(0.02))
"""


@dataclass(frozen=True)
class Kill:
    """One of them: which process, when, and what was wrong then ("" nothing)."""

    victim: str
    moment: str
    wrong: str


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """The names below `folder`, with size and time of change of the files."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def children(process_id: int) -> list[int]:
    """The processes whose parent is this one."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process_id and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def kill_at(installation: RenodeInstallation, victim: str, moment: float | str) -> Kill:
    """Start a caller in a folder of its own, kill it or its worker, and look what is left.

    moment: seconds after the start, or what has just happened: "begun" (no worker yet), "folder"
    (the worker has made its folder), "loaded" (the firmware runs).
    """
    with tempfile.TemporaryDirectory() as base:
        current, temporary = Path(base) / "current", Path(base) / "temporary"
        for folder in (current, temporary):
            folder.mkdir()
        (current / "firmware.elf").write_bytes(_FIRMWARE)
        before = contents(installation.root), contents(current)
        environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
        caller = subprocess.Popen(
            [sys.executable, "-c", _CALLER],
            cwd=current,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _wait_for(moment, caller, temporary)
        workers = children(caller.pid)
        targets = workers if victim == "worker" else [caller.pid]
        for target in targets:
            _kill(target)
        if not targets:  # the worker was not there yet
            _kill(caller.pid)
        _, said = caller.communicate(timeout=_GONE_WITHIN)
        wrong = _left([pid for pid in workers if pid not in targets])
        if targets and victim == "worker" and b"the Renode worker failed" not in said:
            wrong = wrong or f"the caller said {said[-300:]!r}"
        if (contents(installation.root), contents(current)) != before:
            wrong = "Renode's folder or the current one is another"
        if list(temporary.iterdir()):
            wrong = wrong or f"left: {[str(path) for path in temporary.rglob('*')][:5]}"
    return Kill(victim, str(moment), wrong)


def _wait_for(moment: float | str, caller: subprocess.Popen[bytes], temporary: Path) -> None:
    if isinstance(moment, float):
        time.sleep(moment)
    elif moment == "folder":
        while caller.poll() is None and not list(temporary.iterdir()):
            time.sleep(0.005)
    else:
        assert caller.stdout is not None
        while (line := caller.stdout.readline().decode().strip()) and line != moment:
            pass


def _kill(process_id: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


def _left(processes: list[int]) -> str:
    """Wait until these are gone; say which are not."""
    deadline = time.monotonic() + _GONE_WITHIN
    while alive := [pid for pid in processes if Path(f"/proc/{pid}").exists()]:
        if time.monotonic() > deadline:
            return f"processes {alive} go on"
        time.sleep(0.05)
    return ""


def kills(installation: RenodeInstallation, count: int, seed: int) -> list[Kill]:
    """Kill callers and workers by turns, at moments that `seed` draws."""
    moments = random.Random(seed)
    made = []
    for number in range(count):
        made.append(
            kill_at(installation, ("caller", "worker")[number % 2], moments.uniform(0.1, _LATEST))
        )
        if made[-1].wrong:
            print(made[-1], flush=True)
    return made


def main() -> int:
    """Print how many there were and what was wrong; 1 where something was."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    installation = discover()
    made = kills(installation, count, seed)
    wrong = [kill for kill in made if kill.wrong]
    print(f"{installation}: {len(made)} kills, {len(wrong)} that left or removed something")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
