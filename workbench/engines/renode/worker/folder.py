"""The worker's own folder: its files, Renode's log, temporary folder and settings.

The worker makes it and, whatever becomes of its owner, removes it: an owner that is killed can not.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from workbench.framing import Message
from workbench.own_folder import OwnFolder

# To flush its log, Renode 1.15.3 ends the thread that writes it, for good: the core would stop at
# the first 10,000 lines after that. Newer ones fold lines that are alike, and their addresses.
_CONFIG = """[general]
use-synchronous-logging = True
collapse-repeated-log-entries = False
"""


def refuse() -> NoReturn:
    """Exit with 2: the worker is no command."""
    sys.stderr.write("the Renode worker is started by the engine only: use `workbench run`\n")
    sys.exit(2)


def make_folder(arguments: list[str]) -> OwnFolder:
    """Make the folder below the one that the owner names in `arguments`, and work in it from now.

    Exits with 2 where `arguments` are not the owner's.
    """
    parent = Path(arguments[0]) if len(arguments) == 1 else Path()
    if not parent.is_absolute() or not parent.is_dir():
        refuse()
    folder = OwnFolder.make(parent, "workbench-renode-")
    temporary, config = folder.path / "tmp", folder.path / "config"
    temporary.mkdir()
    (config / "renode").mkdir(parents=True)
    (config / "renode" / "config").write_text(_CONFIG)
    os.environ["TMPDIR"] = str(temporary)  # Renode clears the one it finds when it starts
    os.environ["XDG_CONFIG_HOME"] = str(config)
    os.chdir(folder.path)
    return folder


def introduction(folder: OwnFolder) -> Message:
    """The worker's first message: where its files are, for an owner that has to remove them."""
    return Message({"event": "folder", "path": str(folder.path), "mark": folder.mark})
