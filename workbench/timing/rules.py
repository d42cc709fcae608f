"""The instruction timing of cores, rule by rule, each with where it comes from.

TRM: Arm Cortex-M4 Processor Technical Reference Manual, 100166_0001 (r0p1); the same tables are in
DDI 0439. A rule that the manual leaves open has bounds; its best estimate says what it rests on.
None is fitted to the silicon figures of `tests.bench.silicon`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.timing.cycles import Cycles


@dataclass(frozen=True, eq=False)
class Rules:
    """What a core with three stages and one issue a cycle takes: `CORTEX_M4` says what each is.

    core: its name, as `platform.cores` has it.

    In cycles, but for fetch_queue_words, in words of code, and unexplained_percent.
    """

    core: str
    issue: Cycles
    divide: Cycles
    single_load: Cycles
    store_immediate: Cycles
    store_register_offset: Cycles
    multiple_overhead: int
    pipelined: Cycles
    pipelined_on_updated_base: Cycles
    pipelined_apart: Cycles
    store_after_load: Cycles
    load_after_store: Cycles
    store_on_updated_base: Cycles
    store_after_store: Cycles
    address_dependency: Cycles
    address_from_load: Cycles
    literal_contention: Cycles
    refill_immediate: Cycles
    refill_register: Cycles
    refill_loaded: Cycles
    table_branch_add: Cycles
    refill_unaligned_wide: Cycles
    fetch_queue_words: int
    fetch_cycles: int
    fetch_after_pause: int
    fetch_stall: Cycles
    it_folded: Cycles
    system: Cycles
    barrier: Cycles
    float_divide: Cycles
    float_fused: Cycles
    float_move_pair: Cycles
    float_dependency: Cycles
    exception_entry: Cycles
    exception_return: Cycles
    unexplained_percent: Cycles


CORTEX_M4 = Rules(
    core="Cortex-M4",
    # TRM table 3-1. Data processing, multiplies with and without accumulation (long ones too, and
    # the SIMD ones), not-taken branches, NOP, hints: one cycle.
    issue=Cycles.exactly(1),
    # TRM table 3-1: SDIV and UDIV take 2 to 12, by the number of leading zeros of the operands,
    # which a trace does not hold. The middle; quotients of a few bits, the usual ones, need fewer.
    divide=Cycles(2, 7, 12),
    # TRM table 3-1: a single load is 2 cycles: address, data.
    single_load=Cycles.exactly(2),
    # TRM 3.3.2: STR Rx,[Ry,#imm] "is always one cycle": the write buffer takes it.
    store_immediate=Cycles.exactly(1),
    # TRM table 3-1: a store is 2 cycles; with a register offset the third register is read late.
    store_register_offset=Cycles.exactly(2),
    # TRM table 3-1: LDM, STM, PUSH, POP, LDRD, STRD take 1 + N for N registers; table 7-1: VLDM,
    # VSTM, VPUSH, VPOP, VLDR and VSTR 1 + N for N words.
    multiple_overhead=1,
    # TRM 3.3.2: a single load or store right after a single load that does not produce its address
    # is pipelined with it: one cycle less.
    pipelined=Cycles.exactly(-1),
    # The same where it steps on the address of the next access, LDR Rx,[Ry],#4 and its like: the
    # two "cannot be chained back to back on same register base" (M4 notes); the TRM has no such
    # exception.
    pipelined_on_updated_base=Cycles(-1, 0, 0),
    # The same where the two go to different memories: loads are pipelined "only when targeting the
    # same memory block by all loads (e.g. SRAM1 vs SRAM2 (and CCM) on f407)", stores behind a load
    # likewise (M4 notes). Flash and RAM are told apart; several RAMs of a part are not.
    pipelined_apart=Cycles(-1, 0, 0),
    # A store with an immediate offset "placed after load removes the stall" (M4 notes); in the
    # TRM's example the pair takes three cycles.
    store_after_load=Cycles(-1, 0, 0),
    # "Stores cannot be pipelined with following load instructions (adds extra cycle to store)" (M4
    # notes, likewise for load multiple), "if the next opcode performs a memory access then an extra
    # 1-cycle penalty is applied" (Pornin's notes); DDI 0337I, 3.3.2: "nothing can be pipelined
    # after the store".
    load_after_store=Cycles(0, 1, 1),
    # Two stores that step on the same base (M4 notes, as for loads); after other stores only
    # Pornin's notes have a cycle.
    store_on_updated_base=Cycles(0, 1, 1),
    store_after_store=Cycles(0, 0, 1),
    # TRM 3.3.2: an address that depends on the data-processing instruction right before: one stall.
    address_dependency=Cycles.exactly(1),
    # The same for one that a load has just read: the TRM speaks of data processing only, the M4
    # notes of any: "base address and offset must be available 1 cycle earlier than normally".
    address_from_load=Cycles(0, 1, 1),
    # TRM 3.3.2: LDR Rx,[PC,#imm] "might add a cycle because of contention with the fetch unit".
    literal_contention=Cycles(0, 0, 1),
    # TRM table 3-1, P: a refill of the pipeline is 1 to 3 cycles, by alignment and width of the
    # target and by whether the address is known early.
    # An immediate branch has its target in the decode stage. The delay loop of Nordic's
    # nrfx_coredep (SUBS; BHI, three cycles an iteration) shows 1 for a narrow target.
    refill_immediate=Cycles(1, 1, 2),
    # BX and BLX read a register: the target is known a stage later.
    refill_register=Cycles(1, 2, 3),
    # TRM 3.3.2: loads to PC: "at least two cycles for the load, and three for the reload"; TBB and
    # TBH: two, one for the add, and three.
    refill_loaded=Cycles(2, 3, 3),
    table_branch_add=Cycles.exactly(1),
    # A 32-bit instruction at an address that is not a multiple of four comes in two fetches.
    refill_unaligned_wide=Cycles(0, 1, 1),
    # TRM 1.2 (DDI 0337E, 1.5): the prefetch unit reads one word each cycle and "buffers up to three
    # word fetches in its FIFO". For conditional branches it asks for the target, "consuming a fetch
    # slot".
    fetch_queue_words=3,
    # From asking for a word to decoding it: address and data phase of the bus. With it the third of
    # a group of 32-bit instructions across word borders comes late: "groups of three or more
    # unaligned wide instructions will take one extra cycle" (compendium.i-0.nl, alignment rules).
    fetch_cycles=2,
    # The queue was full while the decoder waited for a jump, or an instruction of several cycles:
    # the next word is fetched a cycle late then, else as soon as there is room. "Multi-cycle
    # instruction followed by three unaligned 32-bit instructions" (IACR ePrint 2025/523, as the M4
    # notes quote it).
    fetch_after_pause=1,
    # Whether a late instruction costs the cycle that it is late: other notes than these see none.
    fetch_stall=Cycles(0, 1, 1),
    # TRM table 3-1, note: IT "can be folded onto a preceding 16-bit Thumb instruction", then free.
    it_folded=Cycles(0, 0, 1),
    # CPS, MRS, MSR: 1 or 2.
    system=Cycles(1, 2, 2),
    # DMB, DSB, ISB: 1 + B, B at least 0 (DMB, DSB) or a refill (ISB).
    barrier=Cycles(1, 2, 4),
    # TRM table 7-1, floating-point instructions.
    float_divide=Cycles.exactly(14),  # VDIV, VSQRT
    float_fused=Cycles.exactly(3),  # VMLA, VMLS, VNMLA, VNMLS, VFMA, VFMS, VFNMA, VFNMS
    float_move_pair=Cycles.exactly(2),  # VMOV between two core registers and two single ones
    # TRM 7.2.3: a result that the next instruction uses delays it by one.
    float_dependency=Cycles.exactly(1),
    # TRM 3.9.1: 12 cycles from the interrupt to the first instruction of its handler; the return
    # unstacks as many words. With wait states or a stacked FP context it is more.
    exception_entry=Cycles(12, 12, 29),
    exception_return=Cycles(10, 12, 27),
    # Per cent of all cycles of the core: what boards take less or more in memory without wait
    # states than all of these rules say. Fitted to pqm4's figures of an STM32L4R5, whose stack is
    # in a slower one of its SRAMs (mupq/pqm4, pull request 193); no other rule knows that RAMs
    # differ.
    unexplained_percent=Cycles(-1, 0, 6),
)

RULES: Mapping[str, Rules] = {rules.core: rules for rules in (CORTEX_M4,)}
"""By the name of a core."""
