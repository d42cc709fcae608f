"""All figures of this folder, one after the other: `python -m tests.bench`."""

from __future__ import annotations

import runpy
from pathlib import Path

for script in sorted(Path(__file__).parent.glob("[!_]*.py")):
    print(f"\n== {script.stem}", flush=True)
    runpy.run_module(f"tests.bench.{script.stem}", run_name="__main__")
