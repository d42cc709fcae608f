"""The contract of engines, on the doubles that the unit tests use."""

from types import SimpleNamespace

import pytest

from tests import contract
from tests.unit.link.fake_firmware import FakeFirmware
from tests.unit.scripted_engine import ScriptedEngine, Step


def test_limits_are_above_nothing():
    contract.limits_are_above_nothing()


def test_doubles_refuse_what_engines_refuse():
    contract.traces_are_started_before_they_are_read(ScriptedEngine([Step(0)]))
    contract.traces_are_started_before_they_are_read(FakeFirmware(lambda frame: b""))


WORK = 0x0800_0400
IMAGE = SimpleNamespace(symbol=lambda name: SimpleNamespace(address=WORK))


@pytest.mark.parametrize("promise", contract.WITHOUT_A_CONSOLE, ids=lambda p: p.__name__)
def test_the_scripted_engine_keeps(promise):
    steps = [Step(0x0800_0000 + 2 * n) for n in range(20_000)]
    promise(ScriptedEngine(steps), IMAGE)


@pytest.mark.parametrize("promise", contract.OF_A_CONSOLE, ids=lambda p: p.__name__)
def test_the_fake_firmware_keeps(promise):
    promise(FakeFirmware(lambda frame: b"", banner=contract.SAID), IMAGE)
