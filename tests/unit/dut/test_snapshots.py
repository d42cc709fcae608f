"""Snapshots in files: data that comes back, and files from elsewhere that are refused."""

import hashlib
import json
import pickle
from collections import deque
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from workbench.engines.base import Snapshot
from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.errors import UserError
from workbench.runs import snapshots
from workbench.runs.snapshots import read_snapshot, write_snapshot

MAGIC = b"workbench snapshot 3\n"
HASHES = 64  # bytes of the hash and the seal


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
    snapshots._key.cache_clear()
    yield
    snapshots._key.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.snapshot"


def test_a_snapshot_comes_back(file):
    state = {
        "memory": [b"\0\1", bytearray(b"\2"), b""],
        "numbers": (0, -1, 1 << 511, 0.5, None, True),
        "sets": [frozenset({3, 1}), {2}],
        "queue": deque([1, 2]),
        "by address": {0x4000_0000: "x", (1, 2): 3},
        "timer": Counter(84_000_000, 1_000_000, 3, True, 5, 7),
    }
    write_snapshot(file, Snapshot("embedded", state))
    read = read_snapshot(file)
    assert read == Snapshot("embedded", state)
    assert [type(value) for value in read.state.values()] == [*map(type, state.values())]


def test_the_same_machine_gives_the_same_file(file, tmp_path):
    for path in (file, tmp_path / "other"):
        write_snapshot(path, Snapshot("embedded", {"set": {3, 1, 2}}))
    assert file.read_bytes() == (tmp_path / "other").read_bytes()


class NotData(Enum):
    A = 1


@pytest.mark.parametrize("value", [print, json, Path(), NotData.A, 1 << 512, float("nan"), NotData])
def test_what_is_not_data_is_not_written(file, value):
    with pytest.raises(UserError, match="is not data"):
        write_snapshot(file, Snapshot("embedded", {"a": value}))
    assert not file.exists()


def forged(file: Path, change: Callable[[Any], Any], seal: bytes = bytes(32)) -> None:
    """Write a file with a right hash, the document of which `change` has made."""
    write_snapshot(file, Snapshot("embedded", {"a": b"\1\2"}))
    body = file.read_bytes()[len(MAGIC) + HASHES :]
    size = int.from_bytes(body[:4], "little")
    document = json.loads(body[4 : 4 + size])
    changed = json.dumps(change(document)).encode()
    body = len(changed).to_bytes(4, "little") + changed + body[4 + size :]
    file.write_bytes(MAGIC + hashlib.sha256(body).digest() + seal + body)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"workbench.engines.renode.worker.__main__.main": []}, "not a part of a machine"),
        ({"builtins.eval": ["print(1)"]}, "not a part of a machine"),
        ({"object": []}, "not a part of a machine"),
        ({"counter": {"hertz": 1}}, "not the fields of Counter"),
        ({"counter": [1, 2]}, "not the fields of Counter"),
        ({"bytes": 1}, "no bytes number 1"),
        ({"bytes": -1}, "no bytes number -1"),
        ({"dict": [[1]]}, "not pairs"),
        ({"set": [[1]]}, "unhashable"),
        ({}, "stands for nothing"),
        ({"tuple": [], "list": []}, "stands for nothing"),
        (1 << 512, "513 bits"),
        (float("inf"), "is not a number"),
    ],
)
def test_a_file_that_names_code_or_is_not_a_state_is_refused(file, state, says):
    forged(file, lambda document: document | {"state": state})
    with pytest.raises(UserError, match=f"damaged: .*{says}"):
        read_snapshot(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: [],
        lambda document: {},
        lambda document: document | {"bytes": [1]},
        lambda document: document | {"bytes": [3]},
        lambda document: document | {"bytes": [-1, 3]},
        lambda document: document | {"bytes": ["2"]},
        lambda document: document | {"bytes": 2},
        lambda document: document | {"engine": "os"},
        lambda document: document | {"engine": ["embedded"]},
    ],
)
def test_a_file_whose_parts_do_not_fit_together_is_refused(file, change):
    forged(file, change)
    with pytest.raises(UserError, match="damaged"):
        read_snapshot(file)


def test_lists_without_end_are_refused(file):
    deep: list[Any] = []
    for _ in range(900):
        deep = [deep]
    forged(file, lambda document: document | {"state": deep})
    with pytest.raises(UserError, match="nested too deeply"):
        read_snapshot(file)


def test_no_pickle_is_read(file, capsys):
    """As the files of earlier versions were, whatever they say of their version."""

    class Evil:
        def __reduce__(self):
            return print, ("run",)

    for head in (b"workbench snapshot " + b"0" * 64 + b"\n", MAGIC, MAGIC + bytes(HASHES)):
        file.write_bytes(head + pickle.dumps(Evil()))
        with pytest.raises(UserError):
            read_snapshot(file)
    assert capsys.readouterr().out == ""


def test_every_byte_matters(file):
    write_snapshot(file, Snapshot("embedded", {"memory": b"\1\2\3", "count": 5}))
    whole = file.read_bytes()
    seal = range(len(MAGIC) + 32, len(MAGIC) + 64)  # says where it is from, nothing of what it is
    for position in [p for p in range(len(whole)) if p not in seal]:
        changed = bytearray(whole)
        changed[position] ^= 1
        file.write_bytes(changed)
        with pytest.raises(UserError):
            read_snapshot(file)
        file.write_bytes(whole[:position])
        with pytest.raises(UserError):
            read_snapshot(file)


def test_one_of_other_sources_is_told_as_such(file):
    forged(file, lambda document: document | {"sources": "0" * 64})
    with pytest.raises(UserError, match="another version of the workbench"):
        read_snapshot(file)
    file.write_bytes(b"workbench snapshot 4\n")
    with pytest.raises(UserError, match="another version of the workbench"):
        read_snapshot(file)


def test_a_file_that_is_not_there_or_not_a_snapshot(file):
    with pytest.raises(UserError, match="no such file"):
        read_snapshot(file)
    file.write_text("# notes")
    with pytest.raises(UserError, match="is not a snapshot"):
        read_snapshot(file)


class TestOfRenode:
    """Its state holds a file of Renode's, which names classes."""

    def test_one_that_was_taken_here_is_read(self, file):
        write_snapshot(file, Snapshot("renode", {"a": 1}))
        assert read_snapshot(file) == Snapshot("renode", {"a": 1})

    def test_one_from_elsewhere_is_refused_unless_it_is_trusted(self, file, monkeypatch, tmp_path):
        write_snapshot(file, Snapshot("renode", {"a": 1}))
        monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "of another user"))
        snapshots._key.cache_clear()
        with pytest.raises(UserError, match="from elsewhere") as error:
            read_snapshot(file)
        assert "--trust-scripts" in error.value.hint
        assert read_snapshot(file, trusted=True).engine == "renode"

    def test_the_key_is_for_the_user_only_and_is_kept(self, file, tmp_path, monkeypatch):
        monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
        snapshots._key.cache_clear()
        key = snapshots._key()
        (kept,) = (tmp_path / "cache").iterdir()
        assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (key, 0o600)
        snapshots._key.cache_clear()
        assert snapshots._key() == key

    def test_without_a_cache_folder_a_snapshot_is_written_all_the_same(
        self, file, tmp_path, monkeypatch
    ):
        (tmp_path / "in the way").write_text("")
        monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "in the way"))
        snapshots._key.cache_clear()
        write_snapshot(file, Snapshot("renode", {}))
        assert read_snapshot(file) == Snapshot("renode", {})
