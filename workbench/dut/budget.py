"""What any firmware has cost since reset: its stack, the instructions of a function, its latency.

Nothing is recorded while a test runs. Engines are deterministic: a second machine is given the same
input, with a stack that was filled with a pattern, a count of calls or a trace, and has to end at
the same instruction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from workbench.dut.guard import Guard
from workbench.dut.history import MOST_REPLAYED
from workbench.engines.base import Engine
from workbench.errors import CheckFailedError, EngineError, UserError
from workbench.fault.addresses import Addresses
from workbench.fault.memory import WORD, View
from workbench.fault.stacks import Stack, Stacks
from workbench.machine import LoadedMachine, MemoryDump, open_machine
from workbench.runs.call_counter import CallCounter, FunctionCalls, Measurement, Probe
from workbench.runs.points import address_of
from workbench.trace import Trace

Result = TypeVar("Result")

WHOLE_RUN = "all since reset"
_PAINT = bytes.fromhex("c5a3965a")  # a word that no program is likely to store over all its stack
_ALLOCATORS = ("_sbrk", "_sbrk_r", "sbrk", "malloc")  # of a heap that grows towards the stack


class Budget:
    """Measures what the machine behind `guard` has done since reset."""

    def __init__(self, guard: Guard, machine: LoadedMachine) -> None:
        self._guard = guard
        self._image = machine.image
        self._platform = machine.platform

    def stack_peak(self) -> int:
        """Return how many bytes of the main stack have been in use at once, as far as written."""
        stack = self._main_stack()
        assert stack.top is not None
        size = (stack.top - stack.limit) // WORD

        def paint(engine: Engine) -> None:
            engine.memory.write(stack.limit, _PAINT * size)

        left = self._replay(paint, lambda engine: engine.memory.read(stack.limit, WORD * size))
        has_heap = any(self._image.find(name) for name in _ALLOCATORS)
        return WORD * (size - _untouched_below(left, has_heap))

    def calls(self, function: str) -> Measurement:
        """Return the instructions of each call of `function` that has ended."""
        return self._counted(function).result()

    def trace(self, function: str | None) -> Trace:
        """Return the trace of the first call of `function`, of the whole run for None."""
        if function is None:
            return self._replay(
                lambda engine: engine.start_trace(flash_reads=True),
                lambda engine: engine.stop_trace(),
            )
        trace = self._counted(function).trace
        if trace is None:
            raise CheckFailedError(f"{function} was not seen to end", "let it run before this step")
        return trace

    def _counted(self, function: str) -> FunctionCalls:
        counter = FunctionCalls(function, address_of(self._image, function))
        counter.trace_next()
        self._replay(lambda _: None, lambda _: None, counter)
        return counter

    def _main_stack(self) -> Stack:
        addresses = Addresses(self._image, self._platform)
        stack = Stacks(self._image, addresses, View(MemoryDump())).main
        if stack is None or stack.top is None or addresses.area_at(stack.limit) is None:
            raise UserError(
                "where the main stack lies is not known",
                "the image has to have a vector table with an initial stack pointer in RAM",
            )
        return stack

    def _replay(
        self,
        prepare: Callable[[Engine], object],
        look: Callable[[Engine], Result],
        counter: CallCounter | None = None,
    ) -> Result:
        """Do on a second machine what was done on the first, and return what `look` sees then."""
        guard = self._guard
        if guard.instructions > MOST_REPLAYED:
            raise UserError(
                f"{guard.instructions:,} instructions are too many to execute once more",
                f"check the budget before {MOST_REPLAYED:,} instructions have run",
            )
        with open_machine(guard.name, self._image, self._platform) as second:
            engine = second.engine
            prepare(engine)
            machine: Engine = Probe(engine, counter) if counter is not None else engine
            for event in guard.journal.events:
                event.apply(machine)
            pc = engine.registers["pc"] & ~1
            if engine.instructions != guard.instructions or pc != guard.registers["pc"] & ~1:
                raise EngineError(
                    "a second run did not lead to the same place",
                    "the firmware may depend on what memory holds at reset",
                )
            return look(engine)


def _untouched_below(content: bytes, has_heap: bool) -> int:
    """Return how many words of a stack nothing has reached: up to the first that was written.

    Where a heap grows towards it, what lies below the largest gap is the heap's.
    """
    touched = [
        index
        for index in range(len(content) // WORD)
        if content[WORD * index : WORD * (index + 1)] != _PAINT
    ]
    if not touched:
        return len(content) // WORD
    if not has_heap:
        return touched[0]
    edges = [-1, *touched]
    gaps = [(after - before - 1, after) for before, after in zip(edges, touched, strict=False)]
    widest, end = max(gaps)
    return end if widest else 0
