"""What straight code waits for the core's prefetch unit, in memory that never makes it wait.

The unit reads one word each cycle ahead of the decoder, into a short queue. While an instruction of
several cycles is executed the queue fills up and the unit pauses; when the decoder takes from it
again, the next word comes too late for the third of three 32-bit instructions that lie across word
borders. From then on the unit keeps pace, until it pauses again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.armv7m.thumb import Instruction
from workbench.timing.rules import Rules

FETCH_BYTES = 4
"""The core fetches a word at a time (TRM 1.2, ICode interface)."""


def fetch_stalls(
    rules: Rules, address: int, run: Iterable[tuple[Instruction, int]]
) -> Iterator[int]:
    """Yield how many cycles each instruction comes late.

    run: instructions that follow each other in memory from `address` on, the first one jumped to,
        each with the cycles after which the next one could be executed. The wait for the first one
        is the refill of the pipeline, and not in here.
    """
    queue_words, fetch_cycles = rules.fetch_queue_words, rules.fetch_cycles
    first_word, end = address // FETCH_BYTES, address
    asked: list[int] = [0]  # by word: the cycle of its fetch
    taken: list[int] = []  # by word: the cycle in which the decoder lets go of it
    speculated = -1  # the cycle in which the target of a branch was fetched instead
    held = 0  # the last cycle in which the decoder kept an instruction for more than that one
    decoded = executed = ready = 0
    for instruction, cycles in run:
        end += instruction.size
        last_word = (end - 1) // FETCH_BYTES - first_word
        while len(asked) <= last_word:
            at = asked[-1] + 1
            if len(asked) >= queue_words:
                freed = taken[len(asked) - queue_words]
                paused = len(asked) == queue_words or at <= held <= freed
                at = max(at, freed + rules.fetch_after_pause * paused)
            asked.append(at + 1 if at == speculated else at)
        folded = ready == executed  # decoded together with the one before
        decoded = max(decoded if folded else executed, asked[last_word] + fetch_cycles)
        late = max(0, decoded + 1 - ready) if ready else 0
        executed = ready + late if ready else decoded + 1
        yield late
        if executed > decoded + 1:
            held = executed - 1
        while (first_word + len(taken) + 1) * FETCH_BYTES <= end:
            taken.append(executed - 1)  # the last cycle in the decoder
        if instruction.is_direct:
            speculated = decoded
        ready = executed + cycles
