"""The smallest tensor arena for a model: the firmware itself says what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench import platform
from workbench.builder import BuildPlan, build
from workbench.builder.plan import ALIGNMENT
from workbench.errors import LinkError
from workbench.image import Image
from workbench.link import Client, ErrorCode, Hello
from workbench.machine import open_machine

_MAX_ROUNDS = 6
"""TFLM may need more while it plans than it uses in the end, so that a fit can take some tries."""

Boot = Callable[[BuildPlan], Hello]


def fit_arena(plan: BuildPlan, engine: str = "auto") -> BuildPlan:
    """Return `plan` with the smallest arena that its firmware boots with, on the engine.

    Builds and boots with the arena that the plan has, and then with what the firmware says it has
    used, or misses. Raises BuildError, or LinkError where the model fails for another reason.
    """
    return fit(plan, lambda candidate: _boot(candidate, engine))


def fit(plan: BuildPlan, boot: Boot) -> BuildPlan:
    """As `fit_arena`, with `boot` to build and boot a plan."""
    fitting: BuildPlan | None = None
    too_small = 0
    for _ in range(_MAX_ROUNDS):
        hello = boot(plan)
        if hello.error is None:
            fitting = plan
            needed = hello.arena_used
        elif hello.error.code == ErrorCode.ARENA_TOO_SMALL:
            too_small = max(too_small, plan.arena_bytes)
            needed = plan.arena_bytes + max(hello.error.detail, ALIGNMENT)
        else:
            raise LinkError(f"the model does not start on {plan.board}: {hello.error}")
        needed = -(-needed // ALIGNMENT) * ALIGNMENT
        if fitting is not None and not too_small < needed < fitting.arena_bytes:
            return fitting
        plan = replace(plan, arena_bytes=needed)
    if fitting is None:
        raise LinkError(f"no arena up to {plan.arena_bytes:,} bytes is enough for {plan.name}")
    return fitting


def _boot(plan: BuildPlan, engine: str) -> Hello:
    image = Image.load(build(plan).elf)
    with open_machine(engine, image, platform.load(plan.board)) as machine:
        client = Client(machine.engine)
        client.boot()
        return client.hello()
