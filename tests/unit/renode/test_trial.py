"""What a trial of a Renode says, over stand-ins for the worker that holds it."""

from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.renode import layouts
from workbench.engines.renode import trial
from workbench.engines.renode.installations import RenodeInstallation
from workbench.engines.renode.trial import Trial, try_out
from workbench.errors import EngineError, EngineUnavailableError, PlatformError

WORKS = {"reason": "limit", "instructions": 1000, "r0": 501}


class Worker:
    """Answers as a worker does: `says` holds the results of a run, or what is raised and when."""

    version = "1.16.1"
    says: dict[str, Any] = WORKS
    started = 0

    def __init__(self, environment):
        Worker.started += 1
        self._raise("start")
        self.folder = Path(environment["WORKBENCH_RENODE_ROOT"]) / "worker"
        self.folder.mkdir(exist_ok=True)
        self.renode_log = self.folder / "renode.log"

    def ask(self, operation, **arguments):
        self._raise(operation)
        if operation == "load":
            ((image, address),) = arguments["segments"]
            assert (len(Path(image).read_bytes()), address) == (14, 0x0800_0000)
            assert "CPU.CortexM" in Path(arguments["repl"]).read_text()
        return SimpleNamespace(fields={**self.says, "value": self.says.get("r0")})

    def close(self):
        pass

    def _raise(self, operation):
        if operation in self.says:
            raise self.says[operation]


@pytest.fixture(autouse=True)
def _worker(monkeypatch, tmp_path):
    monkeypatch.setattr(trial, "WorkerProcess", Worker)
    monkeypatch.setattr(metadata, "version", lambda name: "3.0.5")
    monkeypatch.setattr(Worker, "started", 0)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def found(tmp_path):
    root = layouts.portable_folder(tmp_path / "renode")
    return RenodeInstallation(root, "portable folder", "coreclr", root, root, root)


def says(monkeypatch, **what):
    monkeypatch.setattr(Worker, "says", what)


def test_one_that_works_is_tried_once(found):
    assert try_out(found) == try_out(found) == Trial(True, "1.16.1")
    assert Worker.started == 1


def test_one_that_changed_is_tried_again(found):
    try_out(found)
    (found.binaries / "Infrastructure.dll").write_bytes(b"other")
    try_out(found)
    (found.binaries / "More.dll").touch()
    try_out(found)
    assert Worker.started == 3


def test_cause_is_kept_until_it_is_asked_for_again(found, monkeypatch):
    says(monkeypatch, start=EngineUnavailableError("Renode: TypeLoadException: Log\n  at System"))
    assert try_out(found) == try_out(found) == Trial(False, "", "TypeLoadException: Log")
    assert Worker.started == 1
    says(monkeypatch, **WORKS)
    assert not try_out(found).works
    assert try_out(found, again=True).works


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Renode: Error E04: no CPU.CortexM\nAt trial.repl:3:1", "Error E04: no CPU.CortexM"),
        ("Renode: Error E38: thrown:\nno tlib\nAt trial.repl", "Error E38: thrown: no tlib"),
    ],
)
def test_platform_that_is_refused_is_a_cause(found, monkeypatch, message, why):
    says(monkeypatch, load=PlatformError(message))
    assert try_out(found).why == why


@pytest.mark.parametrize(
    "result",
    [{"reason": "idle"}, {"instructions": 7}, {"r0": 0}],
)
def test_wrong_results_are_a_cause(found, monkeypatch, result):
    says(monkeypatch, **WORKS | result)
    assert "of 1000 instructions" in try_out(found).why


@pytest.mark.parametrize("when", ["start", "load", "run"])
def test_what_hung_or_died_is_tried_anew_each_time(found, monkeypatch, when):
    """It says as much of the machine's load as of Renode: the cache changes no verdict."""
    says(monkeypatch, **WORKS | {when: EngineError("no answer to 'run' in 60 s\n  | log")})
    assert try_out(found).why == "no answer to 'run' in 60 s"
    says(monkeypatch, **WORKS)
    assert try_out(found).works


def test_damaged_cache_is_no_answer(found, tmp_path):
    try_out(found)
    (kept,) = (tmp_path / "cache/renode-trials").iterdir()
    for text in ("", "[]", '{"works": true}'):
        kept.write_text(text)
        assert try_out(found).works
    assert Worker.started == 4
