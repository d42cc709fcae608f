"""Which operator of a model is running, at each moment of an inference.

The interpreter calls each operator from one place. A counter stops behind that call and marks the
trace, so that what an operator cost is what was executed between two marks, exactly.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.armv7m.thumb import instructions
from workbench.engines.base import Engine, TraceMark
from workbench.errors import ModelError
from workbench.image import Image
from workbench.image.demangle import may_name
from workbench.profile.values import OperatorCost
from workbench.runs.call_counter import FunctionCalls
from workbench.runs.points import INVOKE
from workbench.support.cached_document import CachedDocument
from workbench.timing.cycles import Cycles
from workbench.timing.model import CycleModel
from workbench.timing.program import Program
from workbench.trace import Trace

if TYPE_CHECKING:
    from workbench.model.values import Model, Operator

# Where the operators are called: in our runtime, and in TFLM.
_CALLERS = (
    INVOKE,
    "tflite::MicroInterpreterGraph::InvokeSubgraph",
    "tflite::MicroGraph::InvokeSubgraph",
)
Passage = tuple[int, TraceMark]
"""Where the run stopped, and its mark in the trace."""

_MODEL = Path(__file__).parents[1] / "model"
_SOURCES = (__file__, _MODEL / "reader.py", _MODEL / "cost.py")
_FILE_IDENTIFIER, _IDENTIFIER_OFFSET = b"TFL3", 4  # FlatBuffers: bytes 4 to 7 of a .tflite


class OperatorCalls(FunctionCalls):
    """The calls of a function, and for the traced one what lies between the operators in it."""

    def __init__(self, what: str, entry: int, behind: frozenset[int], wanted: int | None) -> None:
        """behind: addresses behind the calls of the operators."""
        super().__init__(what, entry, wanted)
        self._behind = behind
        self.passages: list[Passage] = []

    @property
    def addresses(self) -> frozenset[int]:
        tracing = self._tracing_since is not None
        return super().addresses | self._behind if tracing else super().addresses

    def passed(self, pc: int, engine: Engine) -> None:
        if pc in self._behind and self._tracing_since is not None:
            self.passages.append((pc, engine.mark_trace()))
        super().passed(pc, engine)


def behind_operator_calls(image: Image) -> frozenset[int]:
    """Return the addresses behind the indirect calls in the interpreter's loop; none without."""
    functions = [
        f
        for f in image.functions
        if any(may_name(f.name, name) for name in _CALLERS)
        and f.demangled.split("(")[0] in _CALLERS
    ]
    found: set[int] = set()
    for function in functions:
        code = image.read(function.address, function.size)
        found |= {
            function.address + offset + one.size
            for offset, one in instructions(code)
            if one.links and not one.is_direct
        }
    return frozenset(found)


@dataclass(frozen=True)
class EmbeddedOperator:
    """An operator of the model in an image; `shape` is that of its first output."""

    index: int
    name: str
    shape: tuple[int, ...]
    macs: int


def embedded_operators(image: Image) -> tuple[EmbeddedOperator, ...]:
    """Return the operators of the first .tflite that lies in the image; none where there is none.

    They are kept in the cache folder: to read a model takes longer than to analyse a trace.
    """
    cached = CachedDocument("operators", files=_SOURCES, also=image.sha256)
    found = _read(cached.read())
    if found is None:
        found = _find_operators(image)
        cached.write([astuple(one) for one in found])
    return found


def _read(document: Any) -> tuple[EmbeddedOperator, ...] | None:
    """Return what `embedded_operators` has put down; None from anything else."""
    try:
        return tuple(
            EmbeddedOperator(int(index), str(name), tuple(map(int, shape)), int(macs))
            for index, name, shape, macs in document
        )
    except (TypeError, ValueError):
        return None


def _find_operators(image: Image) -> tuple[EmbeddedOperator, ...]:
    from workbench.model.reader import parse_model

    for segment in image.segments:
        position = segment.data.find(_FILE_IDENTIFIER)
        while position >= 0:
            with contextlib.suppress(ModelError):
                model = parse_model(segment.data[position - _IDENTIFIER_OFFSET :])
                return tuple(_described(one, model) for one in model.operators)
            position = segment.data.find(_FILE_IDENTIFIER, position + 1)
    return ()


def _described(operator: Operator, model: Model) -> EmbeddedOperator:
    shape = model.tensors[operator.outputs[0]].shape if operator.outputs else ()
    return EmbeddedOperator(operator.index, operator.name, shape, operator.macs)


def operator_costs(
    passages: Sequence[Passage],
    operators: Sequence[EmbeddedOperator],
    cycles: CycleModel,
    clock_hz: int,
    program: Program,
) -> tuple[OperatorCost, ...]:
    """Return what each operator cost; empty where the operators could not be distinguished.

    program: that of the whole trace.

    The first includes the way from the call of the interpreter to it, each other one the few
    instructions of the loop before it.
    """
    sites = Counter(pc for pc, _ in passages)
    site = next((pc for pc, times in sites.items() if times == len(operators)), None)
    if site is None:
        return ()
    marks = [mark for pc, mark in passages if pc == site]
    parts = [mark.since(before) for before, mark in zip([None, *marks], marks, strict=False)]
    return tuple(
        _cost(operator, part, cycles.estimate(part, clock_hz, program).cycles)
        for operator, part in zip(operators, parts, strict=True)
    )


def _cost(operator: EmbeddedOperator, part: Trace, cycles: Cycles) -> OperatorCost:
    return OperatorCost(
        index=operator.index,
        name=operator.name,
        shape=operator.shape,
        macs=operator.macs,
        instructions=part.instructions,
        cycles=cycles,
    )
