"""Try many damaged files and say how the commands that read them ended."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from tests.system.hostile.harness import Ending, forked
from tests.system.hostile.subjects import Subject, subjects


def attempt(subject: Subject, seed: str, folder: Path) -> Ending:
    """Damage `subject` as `seed` says, in `folder`, and run a command on it."""
    rng = random.Random(seed)
    path = folder / subject.name
    path.write_bytes(subject.mutation(rng, subject.content))
    return forked(subject.jobs(path, rng), folder)


def main() -> int:
    """The number of files for which a command ended wrongly, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.hostile", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="files, over all kinds")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same files")
    parser.add_argument("--progress", type=int, default=500, help="say how far it is this often")
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
    parser.add_argument("--kind", help="one of elf, repl, toml, tflite, npz, wav, snapshot")
    parser.add_argument("--keep", type=Path, help="a folder for the files that are handled wrongly")
    options = parser.parse_args()
    codes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    faults = 0
    peak, longest = 0, 0.0
    with tempfile.TemporaryDirectory(prefix="workbench-hostile-") as made:
        beside = Path(made) / "beside"
        beside.mkdir()
        known = [one for one in subjects(beside) if options.kind in (None, one.kind)]
        for number in range(options.first, options.first + options.count):
            subject = known[number % len(known)]
            with tempfile.TemporaryDirectory(dir=made, prefix="case-") as case:
                ending = attempt(subject, f"{options.seed}:{number}", Path(case))
                if ending.fault and options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    damaged = Path(case) / subject.name
                    damaged.replace(options.keep / f"{options.seed}-{number}-{subject.name}")
            codes[subject.kind][ending.code] += 1
            peak, longest = max(peak, ending.peak_bytes), max(longest, ending.cpu_seconds)
            done = number + 1 - options.first
            if options.progress and done % options.progress == 0:
                print(f"{done} files", file=sys.stderr, flush=True)
            if ending.fault:
                faults += 1
                last = "\n  ".join(ending.said.strip().splitlines()[-3:])
                which = f"{options.seed}:{number} {subject.kind}"
                print(f"{which}: {ending.fault}\n  {last}", flush=True)
    for kind, counts in codes.items():
        shown = ", ".join(f"exit {code}: {count}" for code, count in sorted(counts.items()))
        print(f"{kind}: {shown}")
    print(
        f"{options.count} files, {faults} handled wrongly; at most {peak >> 20} MiB and "
        f"{longest:.1f} s of processor time"
    )
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
