"""Reading what a user names, and writing files whole or not at all, whatever interrupts."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from workbench.errors import UserError

_FOR_ALL = 0o666  # as any program makes files: the user's umask takes away what he does not want


FOR_NAMES = "backslashreplace"
"""How text is encoded that may hold names of files: those need not be text."""

MIB = 1 << 20

_UNREADABLE = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "is a folder, not a file",
    errno.EACCES: "you may not read it",
}


class UnsuitableFileError(OSError):
    """A pipe, a socket or a device where a file is wanted, or a file that is too large."""


def read_file(path: Path, error: Callable[[str, str], UserError], hint: str, *, most: int) -> bytes:
    """Return what the file at `path` holds; raise `error`, with `hint`, where it cannot be read.

    Only a regular file of at most `most` bytes is read, see `read_regular`.
    """
    try:
        return read_regular(path, most)
    except UnsuitableFileError as found:
        raise error(f"{path}: {found}", hint) from None
    # An embedded NUL is a ValueError.
    except (OSError, ValueError) as found:
        number = found.errno if isinstance(found, OSError) else None
        what = found.strerror if isinstance(found, OSError) else None
        why = _UNREADABLE.get(number or 0, f"cannot be read ({what or found})")
        raise error(f"{path}: {why}", hint) from found


def read_regular(path: Path, most: int) -> bytes:
    """Return what the file at `path` holds, if it is a regular file of at most `most` bytes.

    A device such as /dev/zero never ends, and a pipe waits until somebody writes: both raise
    UnsuitableFileError, as a file that is too large does. Any other failure is the OSError of the
    operating system.
    """
    _require_regular(path, path.stat())  # before it is opened: that alone can rewind a tape
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        _require_regular(path, os.fstat(descriptor))  # it may have been exchanged meanwhile
        content = stream.read(most + 1)
    if len(content) > most:
        shown = f"{most // MIB} MiB" if most >= MIB else f"{most:,} bytes"
        raise UnsuitableFileError(f"is larger than {shown}")
    return content


def _require_regular(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        what = "a pipe" if stat.S_ISFIFO(status.st_mode) else "a device or a socket"
        raise UnsuitableFileError(f"is not a regular file, but {what}")


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
    """Put a new file in the place of `path`, with the permissions of the old one if there is one.

    A new one has those that the umask leaves.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}")
    descriptor, named = _open_new(temporary)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
            if path.exists():
                os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))
            if not named:
                # With a folder's descriptor, which an absolute path does not need, Python calls
                # linkat(2), and only that follows the link in /proc.
                os.link(f"/proc/self/fd/{descriptor}", temporary.absolute(), src_dir_fd=descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _open_new(path: Path) -> tuple[int, bool]:
    """Open a new file beside `path` and return it with whether it has that name already.

    Where the system can do it the file has none while it is written: nothing is left of it when
    this process is killed.
    """
    flags = os.O_WRONLY | os.O_CLOEXEC
    if sys.platform == "linux" and Path("/proc/self/fd").is_dir():
        with contextlib.suppress(OSError):
            return os.open(path.parent, flags | os.O_TMPFILE, _FOR_ALL), False
    return os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FOR_ALL), True
