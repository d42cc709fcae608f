"""Renode out of an archive or a single-file program, once, into the cache folder."""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from workbench.engines.renode import bundle
from workbench.errors import EngineUnavailableError
from workbench.support.cache_folder import root
from workbench.support.staging import staged

_AR_MAGIC = b"!<arch>\n"  # ar(5); a Debian package is one
_AR_HEADER = 60
_DATA = b"data.tar"  # deb(5): the member that holds the files
DAMAGED = (tarfile.TarError, EOFError, lzma.LZMAError, zlib.error, ValueError, bundle.BundleError)
_AGAIN = "Get it again: a download that ended early is cut short."


def unpacked_package(package: Path) -> Path:
    """Return a folder with the files of `package`: .tar.gz, .tar.xz (Arch's too) or .deb."""
    return _once(package, lambda folder: _extract_package(package, folder))


def unpacked_program(program: Path, found: list[bundle.Entry]) -> Path:
    """Return a folder with the files of a single-file program, `found` by `bundle.entries`."""
    return _once(program, lambda folder: bundle.extract(program, found, folder))


def extract_archive(stream: IO[bytes], folder: Path) -> None:
    """Write the files of a tar archive, compressed or not, below `folder` and nowhere else."""
    with tarfile.open(fileobj=stream, mode="r:*") as archive:
        # Python 3.10.12 and 3.11.4 have the filter; without it nothing is extracted.
        if not hasattr(tarfile, "data_filter"):
            raise EngineUnavailableError(
                "this Python cannot unpack an archive safely",
                "Use a newer patch release of it, or unpack the archive by hand.",
            )
        archive.extractall(folder, filter="data")


def _once(source: Path, fill: Callable[[Path], None]) -> Path:
    """Return the folder of the cache with what `source` holds; `fill` it if it is not there yet.

    It is filled beside its place and moved there whole: a folder that is there is complete.
    """
    state = source.stat()
    named = f"{source.resolve()}\0{state.st_size}\0{state.st_mtime_ns}"
    place = root() / "renode" / hashlib.sha256(os.fsencode(named)).hexdigest()[:32]
    if place.is_dir():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with staged(place) as filling:
            if not place.is_dir():  # another process may have been first
                _fill(filling.path, source, fill)
                filling.path.rename(place)
    except OSError as error:
        raise EngineUnavailableError(
            f"{source} must be unpacked, and {place.parent} cannot be written: {error.strerror}",
            "Set WORKBENCH_CACHE to a folder that can be, or unpack it and name the folder.",
        ) from error
    return place


def _fill(folder: Path, source: Path, fill: Callable[[Path], None]) -> None:
    try:
        fill(folder)
    except (OSError, *DAMAGED) as error:
        raise EngineUnavailableError(f"{source} cannot be unpacked: {error}", _AGAIN) from error


def _extract_package(package: Path, folder: Path) -> None:
    with package.open("rb") as stream:
        if stream.read(len(_AR_MAGIC)) == _AR_MAGIC:
            extract_archive(_files_of_deb(stream), folder)
        else:
            stream.seek(0)
            extract_archive(stream, folder)


def _files_of_deb(stream: IO[bytes]) -> IO[bytes]:
    """The archive of files in a Debian package, whose magic number was read."""
    while len(header := stream.read(_AR_HEADER)) == _AR_HEADER:
        size = int(header[48:58])
        if header.startswith(_DATA):
            return io.BytesIO(stream.read(size))
        stream.seek(size + size % 2, os.SEEK_CUR)
    raise EOFError("it is a Debian package without files")
