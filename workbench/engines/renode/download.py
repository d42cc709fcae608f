"""A file from the network: resumed where it stopped, and taken only with its checksum."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from workbench.errors import UserError

Progress = Callable[[int, int], object]
"""Told while it goes on: bytes that are here, bytes in all (0: not known)."""

_CHUNK = 1 << 18
_SECONDS = 30.0  # without a byte
_PARTIAL, _NOTHING_LEFT = 206, 416  # RFC 9110, 15.3.7 and 15.5.17
_AGAIN = "Run the command again: it goes on where this stopped. Or download it elsewhere, and"


def fetch(url: str, file: Path, sha256: str, progress: Progress = lambda *_: None) -> None:
    """Bring `url` to `file`; raise UserError, and keep what has come, where that breaks off.

    A file there is taken for the begin of it, and removed where the whole has another checksum.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if not (file.exists() and digest_of(file) == sha256):
        _bring(url, file, progress)
    found = digest_of(file)
    if found != sha256:
        file.unlink()
        raise UserError(
            f"what {url} gave is not the file that is meant: its SHA-256 is {found}, not {sha256}",
            "It was removed. Run the command again; if it stays so, do not use that file.",
        )


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _bring(url: str, file: Path, progress: Progress) -> None:
    have = file.stat().st_size if file.exists() else 0
    request = urllib.request.Request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            if answer.status != _PARTIAL:
                have = 0  # the whole, from its begin
            _receive(answer, file, have, progress)
    except urllib.error.HTTPError as error:
        if error.code != _NOTHING_LEFT:
            raise UserError(
                f"{url} cannot be downloaded: the server says {error.code} {error.reason}",
                "Is there such a release? --version names another one.",
            ) from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", None) or error
        raise UserError(
            f"{url} cannot be downloaded: {why}", f"{_AGAIN} give it with --from FILE."
        ) from error


def _receive(answer: http.client.HTTPResponse, file: Path, have: int, progress: Progress) -> None:
    total = have + (answer.length or 0)
    with file.open("r+b" if have else "wb") as stream:
        stream.seek(have)
        while chunk := answer.read1(_CHUNK):
            stream.write(chunk)
            have += len(chunk)
            progress(have, total)
    if have < total:
        raise http.client.IncompleteRead(b"", total - have)
