"""`python -m tests.system.engine.fuzz --board nrf52840_dk --accesses 1000000 --seed 1`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from tests.system.engine.fuzz import FuzzFailure, fuzz
from workbench.platform import names

parser = argparse.ArgumentParser(prog="python -m tests.system.engine.fuzz")
parser.add_argument("--board", choices=names(), action="append", help="all where none is given")
parser.add_argument("--accesses", type=int, default=1_000_000, help="of each board")
parser.add_argument("--seed", type=int, default=1, help="of the first round")
options = parser.parse_args()
for board in options.board or names():
    with tempfile.TemporaryDirectory() as folder:
        try:
            for total in fuzz(board, options.accesses, options.seed, Path(folder)):
                print(f"\r{board}: {total}", end="", flush=True)
        except FuzzFailure as failure:
            traceback.print_exception(failure.__cause__)
            print(f"\n{board}: {failure}")
            sys.exit(1)
    print()
