"""A loaded machine, whatever its engine is made of."""

from dataclasses import replace

from tests.unit.fault.machines import image, platform
from tests.unit.scripted_engine import ScriptedEngine, Step
from workbench.engines.base import Instructions, Stop, StopKind
from workbench.engines.wrapper import EngineWrapper
from workbench.machine import LoadedMachine


class TwoEngines(EngineWrapper):
    """Runs by itself, as the engine that executes beside Renode does, and warns."""

    def run(self, until, limit):
        return replace(self.engine.run(until, limit), warnings=("they differ",))


def test_it_knows_why_the_last_run_ended_and_what_was_warned_of():
    machine = LoadedMachine.load(TwoEngines(ScriptedEngine([Step(0)] * 9)), image(), platform())
    assert machine.stopped is None
    machine.run(Stop(), Instructions(4))
    assert machine.stopped is not None
    assert (machine.stopped.kind, machine.stopped.instructions) == (StopKind.LIMIT, 4)
    assert machine.warnings == ("they differ",)
    assert machine.engine.seconds == machine.stopped.seconds
