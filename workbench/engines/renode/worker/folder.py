"""The worker's own folder: its files, Renode's log, temporary folder and settings.

The worker makes it and, whatever becomes of its owner, removes it: an owner that is killed can not.
The owner has named it, and removes it where the worker is killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from workbench.support.own_folder import OwnFolder

# To flush its log, Renode 1.15.3 ends the thread that writes it, for good: the core would stop at
# the first 10,000 lines after that. Newer ones fold lines that are alike, and their addresses.
_CONFIG = """[general]
use-synchronous-logging = True
collapse-repeated-log-entries = False
"""


def refuse() -> NoReturn:
    """Exit with 2: the worker is not a command for users."""
    sys.stderr.write("the Renode worker is started by the engine only: use `workbench run`\n")
    sys.exit(2)


def make_folder(arguments: list[str]) -> OwnFolder:
    """Make the folder that the owner has planned, and work in it from now.

    `arguments` are its path and its mark; exits with 2 where they are not the owner's.
    """
    if len(arguments) != 2:
        refuse()
    folder = OwnFolder(Path(arguments[0]), arguments[1])
    if not folder.path.is_absolute() or not folder.path.parent.is_dir() or folder.path.exists():
        refuse()
    folder.create()
    temporary, config = folder.path / "tmp", folder.path / "config"
    temporary.mkdir()
    (config / "renode").mkdir(parents=True)
    (config / "renode" / "config").write_text(_CONFIG)
    os.environ["TMPDIR"] = str(temporary)  # Renode clears the one it finds when it starts
    os.environ["XDG_CONFIG_HOME"] = str(config)
    os.chdir(folder.path)
    return folder
