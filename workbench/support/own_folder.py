"""A temporary folder that a process of the workbench made, and the only way to remove one.

Nothing else is ever removed with its contents: a folder that is removed has been made here, is
named by the absolute path that it was given then, and still holds the mark that was put into it
then. So neither a current folder that has changed meanwhile nor a path that names something else by
now can lead to the user's files.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

MARK = ".made-by-tinyml-workbench"
"""The file in such a folder that says who made it."""

_ATTEMPTS = 20  # something may still write into the folder while it is being removed
_MARK_BYTES = 200
_MARKED = re.compile(r"process (\d+), [0-9a-f]{32}")


@dataclass(frozen=True)
class OwnFolder:
    """One such folder; `mark` is the text of its mark, which no other folder has."""

    path: Path
    mark: str

    @classmethod
    def plan(cls, parent: Path, prefix: str) -> OwnFolder:
        """Name a new folder below `parent`, an absolute path, without making it yet.

        So two processes can know it from the beginning: the one that makes it, and the one that
        removes it should the first be killed.
        """
        if not parent.is_absolute():
            raise ValueError(f"{parent} is not an absolute path")
        mark = f"process {os.getpid()}, {secrets.token_hex(16)}"
        return cls(parent / f"{prefix}{secrets.token_hex(8)}", mark)

    @classmethod
    def make(cls, parent: Path, prefix: str) -> OwnFolder:
        """Make a new folder below `parent`, an absolute path; only this user may read it."""
        folder = cls.plan(parent, prefix)
        folder.create()
        return folder

    @classmethod
    def at(cls, path: Path) -> OwnFolder | None:
        """Return the folder at `path`, an absolute path, that a process of the workbench has made;
        None where it has no such mark.
        """
        try:
            mark = (path / MARK).read_bytes()[:_MARK_BYTES].decode()
        except (OSError, UnicodeDecodeError):
            return None
        return cls(path, mark) if _MARKED.fullmatch(mark) else None

    def is_made_by_a_living_process(self) -> bool:
        """Return whether there is a process of the number of that which has made it."""
        made = _MARKED.fullmatch(self.mark)
        if made is None:
            return True
        try:
            os.kill(int(made[1]), 0)
        except (ProcessLookupError, OverflowError):
            return False
        except OSError:  # it is another user's
            return True
        return True

    def create(self) -> None:
        """Make the folder that was planned; raise FileExistsError where there is one already."""
        self.path.mkdir(mode=0o700)
        (self.path / MARK).write_text(self.mark)

    def remove(self) -> bool:
        """Remove the folder with all that is in it; do nothing where it is not the one made."""
        for _ in range(_ATTEMPTS):
            if not self._is_there():
                return False
            self._remove_contents()
            with contextlib.suppress(OSError):
                (self.path / MARK).unlink()  # the mark last: what is left of a folder has it
                self.path.rmdir()
                return True
            with contextlib.suppress(OSError):
                (self.path / MARK).write_text(self.mark)
        return False

    def _is_there(self) -> bool:
        """Is this the folder that was made: no link, and with the mark it was given?"""
        try:
            if not self.path.is_absolute() or not stat.S_ISDIR(self.path.lstat().st_mode):
                return False
            with (self.path / MARK).open("rb") as stream:
                return stream.read(_MARK_BYTES) == self.mark.encode()
        except OSError:
            return False

    def _remove_contents(self) -> None:
        with contextlib.suppress(OSError):
            for entry in os.scandir(self.path):
                if entry.name == MARK:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        Path(entry.path).unlink()
