"""The contract of engines, on the doubles that the unit tests use."""

from tests import contract
from tests.unit.link.fake_firmware import FakeFirmware
from tests.unit.scripted_engine import ScriptedEngine, Step


def test_limits_are_above_nothing():
    contract.limits_are_above_nothing()


def test_doubles_refuse_what_engines_refuse():
    contract.traces_are_started_before_they_are_read(ScriptedEngine([Step(0)]))
    contract.traces_are_started_before_they_are_read(FakeFirmware(lambda frame: b""))
