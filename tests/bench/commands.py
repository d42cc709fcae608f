"""How long a user waits: wall time of commands, from the shell to the last line.

    python -m tests.bench.commands

The images are built before, so that no compiler is timed. Best and median of some runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from workbench.benchmark.inputs import own_recordings
from workbench.builder import build, plan_build
from workbench.support.resources import resource

BOARD = "stm32f4_discovery"
RUNS = 7


def seconds(arguments: list[str]) -> float:
    """Wall time of one `workbench` command."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "workbench", *arguments], check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    elf = str(build(plan_build(BOARD, "reference")).elf)
    folder = resource("firmware") / "models" / "keyword_spotter" / "recordings"
    recording = str(folder / own_recordings().features[0].name)
    on_board = ["--engine", "embedded"]
    commands = {
        "--help": ["--help"],
        "boot until ready": ["run", elf, "-p", BOARD, "--until", "ready", *on_board],
        "classify one recording": [
            *("classify", recording, "--board", BOARD, "--kernels", "reference", *on_board)
        ],
    }
    print(f"{'command':<24}{'best':>8}{'median':>9}   seconds, {RUNS} runs")
    for name, arguments in commands.items():
        times = [seconds(arguments) for _ in range(RUNS)]
        print(f"{name:<24}{min(times):8.3f}{statistics.median(times):9.3f}")


if __name__ == "__main__":
    main()
