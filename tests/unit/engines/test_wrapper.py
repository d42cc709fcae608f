"""An engine that wraps another one keeps what was warned of."""

from dataclasses import replace

from tests.unit.scripted_engine import ScriptedEngine, Step
from workbench.engines.base import Instructions, Stop
from workbench.engines.wrapper import EngineWrapper
from workbench.runs.call_counter import FunctionCalls, Probe


class Warner(ScriptedEngine):
    """Warns in each run of what is first in `coming`."""

    def __init__(self, script, coming):
        super().__init__(script)
        self._coming = list(coming)

    def run(self, until, limit):
        warnings = (self._coming.pop(0),) if self._coming else ()
        return replace(super().run(until, limit), warnings=warnings)


SCRIPT = [Step(0x100), Step(0x200, lr=0x101), Step(0x202), Step(0x100), Step(0x102)]


def test_warnings_of_all_runs_are_kept_each_once():
    wrapper = EngineWrapper(Warner(SCRIPT, ["one", "two", "one"]))
    for _ in range(4):
        wrapper.run(Stop(), Instructions(1))
    assert wrapper.warnings == ("one", "two")


def test_a_probe_keeps_those_of_the_runs_that_it_makes_of_one():
    probe = Probe(Warner(SCRIPT, ["one", "two"]), FunctionCalls("f", 0x200))
    probe.run(Stop(), Instructions(100))
    assert probe.warnings == ("one", "two")
