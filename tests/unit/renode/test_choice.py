"""What `auto` chooses, what it says of that, and what doctor says of the same Renode."""

from types import SimpleNamespace

import pytest

from workbench import doctor
from workbench.doctor import State
from workbench.engines import open_engine
from workbench.engines.base import Instructions, Stop
from workbench.engines.renode import discovery
from workbench.engines.renode.discovery import NoRenodeError
from workbench.engines.renode.installations import RenodeInstallation
from workbench.errors import EngineUnavailableError
from workbench.image.build_attributes import BuildAttributes
from workbench.platform import read_platform

# Initial SP and PC, and a loop there (b .).
CODE = bytes.fromhex("00100020 09000008 fee7")
IMAGE = SimpleNamespace(
    attributes=BuildAttributes(),
    path="loop.elf",
    segments=(SimpleNamespace(address=0x0800_0000, data=CODE),),
    functions=(),
    vector_table=0x0800_0000,
)

BROKEN = EngineUnavailableError("Renode 1.17.0 at /r does not work here: no Log\n  more", "a hint")


@pytest.fixture
def finds(monkeypatch):
    """Return a function that sets what discovery raises."""

    def set_error(error):
        def discover(environment=None, *, again=False):
            raise error

        monkeypatch.setattr(discovery, "discover", discover)

    return set_error


def warnings_of(engine):
    """What the first two runs warn of."""
    engine.load(IMAGE, read_platform("stm32f4_discovery"))
    return [engine.run(Stop(), Instructions(10)).warnings for _ in range(2)]


def test_no_renode_is_nothing_to_speak_of(finds):
    finds(NoRenodeError("no Renode found", "get one"))
    with open_engine("auto") as engine:
        assert engine.name == "embedded"
        assert warnings_of(engine) == [(), ()]


def test_renode_that_does_not_work_is_passed_over_in_one_line(finds):
    finds(BROKEN)
    with open_engine("auto") as engine:
        assert engine.name == "embedded"
        said = (
            "the embedded engine was chosen: Renode 1.17.0 at /r does not work here: no Log (see "
            "`workbench doctor`)"
        )
        assert warnings_of(engine) == [(said,), ()]


def test_renode_that_was_asked_for_is_never_replaced(finds):
    finds(BROKEN)
    with pytest.raises(EngineUnavailableError, match="does not work here"):
        open_engine("renode")


def test_doctor_names_the_cause_and_what_to_do(finds):
    finds(BROKEN)
    found = doctor._renode()
    assert (found.state, found.remedy) == (State.UNUSABLE, "a hint")
    assert "no Log" in found.found


@pytest.mark.parametrize(
    ("version", "told"),
    [("1.15.3", ""), ("1.18.0", " (the workbench's own tests were run on 1.15.3 and 1.16.1)")],
)
def test_doctor_shows_what_was_loaded(monkeypatch, tmp_path, version, told):
    tried = []
    working = RenodeInstallation(tmp_path, "package", "mono", tmp_path, tmp_path, None, version)

    def discover(*, again: bool) -> RenodeInstallation:
        tried.append(again)
        return working

    monkeypatch.setattr(discovery, "discover", discover)
    found = doctor._renode()
    assert (found.state, tried) == (State.OK, [True])
    shown = f"Renode {version} at {tmp_path} (package), on mono: loaded, runs{told}"
    assert found.found == shown


@pytest.mark.parametrize(
    ("error", "state"), [(NoRenodeError("no", ""), State.OPTIONAL), (BROKEN, State.UNUSABLE)]
)
def test_demo_needs_no_renode(finds, error, state):
    finds(error)
    report = doctor.examine()
    (found,) = [finding for finding in report.findings if finding.part == "renode"]
    assert found.state is state
    others = [finding for finding in report.findings if finding.part != "renode"]
    assert report.ready == all(one.state in (State.OK, State.OPTIONAL) for one in others)
