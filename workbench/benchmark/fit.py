"""What memory a model needs on a board, said by the firmware itself before it is linked to fit.

The planner's image is the firmware for a part with as much flash and RAM as it takes. It boots on
the embedded engine, and the runtime allocates its tensors there as it does on the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbench import __version__
from workbench.benchmark.need import MemoryNeed, Peak
from workbench.builder import BuildPlan, build
from workbench.builder.plan import align
from workbench.engines import EngineChoice
from workbench.errors import LinkError, UserError
from workbench.image import Image
from workbench.link import Client, Hello
from workbench.machine import open_machine
from workbench.model.reader import parse_model
from workbench.platform import read_platform
from workbench.platform.grown import grown_for
from workbench.support.cached_document import CachedDocument

_ENDLESS = 24 << 20  # of an arena in RAM at 0x20000000 it ends below the bit-band alias
_STACK = 8192  # of the planner's image: enough for any Prepare; what DMA reaches stays in the RAM
_STEP = 16  # of the search for an arena that TFLM starts with
_PEAK = re.compile(r"^peak of operator (\d+): (\d+) bytes\r?$", re.MULTILINE)  # planner/peak.cc

Starts = Callable[[int], bool]


class DoesNotFitError(UserError):
    """The model does not fit the board; `need` says what it takes."""

    def __init__(self, plan: BuildPlan, need: MemoryNeed) -> None:
        super().__init__(
            f"{plan.model_name} does not fit {plan.board} with the kernels {plan.kernels}, by "
            f"{need.shortage}: {_account(plan, need)}",
            _what_helps(plan, need),
        )
        self.need = need


def fit_arena(plan: BuildPlan) -> BuildPlan:
    """Return `plan` with the smallest arena that its model starts with.

    A plan that has an arena is returned as it is. Raises DoesNotFitError where the board lacks
    the memory, BuildError, or LinkError where the model fails for another reason.
    """
    if plan.arena_bytes is not None:
        return plan
    need = memory_need(plan)
    if not need.fits:
        raise DoesNotFitError(plan, need)
    return replace(plan, arena_bytes=need.arena)


def memory_need(plan: BuildPlan) -> MemoryNeed:
    """Return what the image of `plan` needs, whether the board has it or not.

    Nothing depends on the arena that the plan has. Raises BuildError, or LinkError where the model
    does not start with any arena.
    """
    endless = replace(plan, arena_bytes=_ENDLESS, stack_bytes=_STACK, fits=False)
    elf = build(endless).elf
    cached = CachedDocument("needs", files=[elf, Path(__file__)], also=__version__)
    found = _read(cached.read())
    if found is None:
        found = _measure(endless, elf)
        cached.write(asdict(found))
    return replace(found, ram=found.ram + plan.stack_bytes - _STACK)


def _read(document: Any) -> MemoryNeed | None:
    try:
        peak = document["peak"] and Peak(**document["peak"])
        return MemoryNeed(**{**document, "peak": peak})
    except (TypeError, KeyError):
        return None


def _measure(endless: BuildPlan, elf: Path) -> MemoryNeed:
    image = Image.from_file(elf)
    hello, said = _boot(image, endless.board)
    if hello.error is not None:
        raise LinkError(f"the model does not start on {endless.board}: {hello.error}")
    arena = align(hello.arena_used)
    if endless.tflm is not None:
        arena = smallest_arena(arena, lambda size: _starts(endless, size))

    def distance(start: str, end: str) -> int:
        return image.symbol(end).address - image.symbol(start).address

    return MemoryNeed(
        arena=arena,
        flash=distance("__flash_start", "__flash_used_end"),
        flash_capacity=distance("__flash_start", "__flash_end"),
        ram=distance("__ram_start", "__arena_start") + arena,
        ram_capacity=distance("__ram_start", "__ram_end"),
        peak=_peak(said, endless),
    )


def smallest_arena(used: int, starts: Starts) -> int:
    """Return the smallest arena that `starts`; `used` is what the runtime says it has used.

    TensorFlow's own runtime needs more while it plans than it uses in the end.
    """
    if starts(used):
        return used
    too_small, step = used, _STEP
    while not starts(too_small + step):
        too_small, step = too_small + step, 2 * step
    enough = too_small + step
    while enough - too_small > _STEP:
        middle = too_small + (enough - too_small) // (2 * _STEP) * _STEP
        if starts(middle):
            enough = middle
        else:
            too_small = middle
    return enough


def _starts(endless: BuildPlan, arena_bytes: int) -> bool:
    image = Image.from_file(build(replace(endless, arena_bytes=arena_bytes)).elf)
    return _boot(image, endless.board)[0].error is None


def _boot(image: Image, board: str) -> tuple[Hello, str]:
    """Boot an image of the planner; return what it is, and what it has printed."""
    grown = grown_for(image, read_platform(board))
    with open_machine(EngineChoice.EMBEDDED, image, grown) as machine:
        client = Client(machine.engine)
        client.boot()
        return client.hello(), client.text


def _peak(said: str, plan: BuildPlan) -> Peak | None:
    found = _PEAK.findall(said)
    if not found:
        return None
    operator, size = map(int, found[-1])
    model = parse_model(plan.model.data)
    name = model.operators[operator].name if operator < len(model.operators) else ""
    return Peak(operator, name, size)


def _account(plan: BuildPlan, need: MemoryNeed) -> str:
    parts = []
    if need.missing_ram:
        rest = need.ram - need.arena - plan.stack_bytes
        parts.append(
            f"arena {need.arena:,}, stack {plan.stack_bytes:,} and {rest:,} of the firmware itself "
            f"of {need.ram_capacity:,} bytes of RAM"
        )
    if need.missing_flash:
        model = len(plan.model.data)
        parts.append(
            f"model {model:,} and {need.flash - model:,} of code of {need.flash_capacity:,} bytes "
            "of flash"
        )
    return "; ".join(parts)


def _what_helps(plan: BuildPlan, need: MemoryNeed) -> str:
    """Say what makes the model smaller, or the part larger."""
    model = parse_model(plan.model.data)
    floats = any(tensor.type == "FLOAT32" for tensor in model.tensors if tensor.elements > 1)
    helps = []
    if floats:
        helps.append("quantize the model to int8, a quarter of the size")
    if need.missing_ram and need.peak is not None:
        helps.append(
            f"make the tensors of operator {need.peak.operator} {need.peak.name} smaller, at which "
            f"the activations take {need.peak.bytes:,} bytes (a smaller input, fewer channels, a "
            "stride earlier)"
        )
    if need.missing_flash:
        helps.append("fewer or narrower layers")
    least = [
        f"{size:,} bytes of {what}"
        for size, what, missing in (
            (need.flash, "flash", need.missing_flash),
            (need.ram, "RAM", need.missing_ram),
        )
        if missing
    ]
    helps.append(f"a part with {' and '.join(least)}")
    return "; ".join(helps)
