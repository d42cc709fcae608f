"""Reading what a user names, and writing files whole or not at all, whatever interrupts."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from workbench.errors import UserError

_READABLE_BY_ALL = 0o644  # mkstemp makes files that only their owner may read


FOR_NAMES = "backslashreplace"
"""How text is encoded that may hold names of files: those need not be text."""

_UNREADABLE = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "is a folder, not a file",
    errno.EACCES: "you may not read it",
}


def read_file(path: Path, error: Callable[[str, str], UserError], hint: str) -> bytes:
    """Return what the file at `path` holds; raise `error`, with `hint`, where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as found:
        why = _UNREADABLE.get(found.errno or 0, f"cannot be read ({found.strerror or found})")
        raise error(f"{path}: {why}", hint) from found


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) to `path`; makes the folder.

    Until the new content is complete on the disk, `path` holds what it held before. A link or a
    device (/dev/stdout) is written through, not replaced by a file; a folder is an OSError.
    """
    data = content.encode(errors=FOR_NAMES) if isinstance(content, str) else content
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(data)
        else:
            _replace(path, data)
    except OSError as error:  # it may name the temporary file, which nobody has asked for
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, data: bytes) -> None:
    import tempfile  # `workbench --help` is instant without it

    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_READABLE_BY_ALL)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
