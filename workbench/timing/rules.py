"""The Cortex-M4's instruction timing, rule by rule, each with where it comes from.

TRM: Arm Cortex-M4 Processor Technical Reference Manual, 100166_0001 (r0p1); the same tables are in
DDI 0439. A rule that the manual leaves open has bounds; its best estimate says what it rests on.
None is fitted to the silicon figures of `tests.bench.silicon`.
"""

from __future__ import annotations

from workbench.timing.cycles import Cycles

# TRM table 3-1. Data processing, multiplies with and without accumulation (long ones too, and
# the SIMD ones), not-taken branches, NOP, hints: one cycle.
ISSUE = Cycles.exactly(1)

# TRM table 3-1: SDIV and UDIV take 2 to 12, by the number of leading zeros of the operands, which
# a trace does not hold. The middle; quotients of a few bits, the usual ones, need fewer.
DIVIDE = Cycles(2, 7, 12)

# TRM table 3-1: a single load is 2 cycles: address, data.
SINGLE_LOAD = Cycles.exactly(2)
# TRM 3.3.2: STR Rx,[Ry,#imm] "is always one cycle": the write buffer takes it.
STORE_IMMEDIATE = Cycles.exactly(1)
# TRM table 3-1: a store is 2 cycles; with a register offset the third register is read late.
STORE_REGISTER_OFFSET = Cycles.exactly(2)
# TRM table 3-1: LDM, STM, PUSH, POP, LDRD, STRD take 1 + N for N registers; table 7-1: VLDM, VSTM,
# VPUSH, VPOP, VLDR and VSTR 1 + N for N words.
MULTIPLE_OVERHEAD = 1
# TRM 3.3.2: a single load or store right after a single load that does not produce its address
# is pipelined with it: one cycle less.
PIPELINED = Cycles.exactly(-1)
# The same where it steps on the address of the next access, LDR Rx,[Ry],#4 and its like: the two
# "cannot be chained back to back on same register base" (M4 notes); the TRM has no such exception.
PIPELINED_ON_UPDATED_BASE = Cycles(-1, 0, 0)
# The same where the two go to different memories: loads are pipelined "only when targeting the same
# memory block by all loads (e.g. SRAM1 vs SRAM2 (and CCM) on f407)", stores behind a load likewise
# (M4 notes). Flash and RAM are told apart; several RAMs of a part are not.
PIPELINED_APART = Cycles(-1, 0, 0)
# A store with an immediate offset "placed after load removes the stall" (M4 notes); in the TRM's
# example the pair takes three cycles.
STORE_AFTER_LOAD = Cycles(-1, 0, 0)
# "Stores cannot be pipelined with following load instructions (adds extra cycle to store)" (M4
# notes, likewise for load multiple), "if the next opcode performs a memory access then an extra
# 1-cycle penalty is applied" (Pornin's notes); DDI 0337I, 3.3.2: "nothing can be pipelined after
# the store".
LOAD_AFTER_STORE = Cycles(0, 1, 1)
# Two stores that step on the same base (M4 notes, as for loads); after other stores only Pornin's
# notes have a cycle.
STORE_ON_UPDATED_BASE = Cycles(0, 1, 1)
STORE_AFTER_STORE = Cycles(0, 0, 1)
# TRM 3.3.2: an address that depends on the data-processing instruction right before: one stall.
ADDRESS_DEPENDENCY = Cycles.exactly(1)
# The same for one that a load has just read: the TRM speaks of data processing only, the M4 notes
# of any: "base address and offset must be available 1 cycle earlier than normally".
ADDRESS_FROM_LOAD = Cycles(0, 1, 1)
# TRM 3.3.2: LDR Rx,[PC,#imm] "might add a cycle because of contention with the fetch unit".
LITERAL_CONTENTION = Cycles(0, 0, 1)

# TRM table 3-1, P: a refill of the pipeline is 1 to 3 cycles, by alignment and width of the
# target and by whether the address is known early.
# An immediate branch has its target in the decode stage. The delay loop of Nordic's
# nrfx_coredep (SUBS; BHI, three cycles an iteration) shows 1 for a narrow target.
REFILL_IMMEDIATE = Cycles(1, 1, 2)
# BX and BLX read a register: the target is known a stage later.
REFILL_REGISTER = Cycles(1, 2, 3)
# TRM 3.3.2: loads to PC: "at least two cycles for the load, and three for the reload"; TBB and
# TBH: two, one for the add, and three.
REFILL_LOADED = Cycles(2, 3, 3)
TABLE_BRANCH_ADD = Cycles.exactly(1)
# A 32-bit instruction at an address that is not a multiple of four comes in two fetches.
REFILL_UNALIGNED_WIDE = Cycles(0, 1, 1)

# TRM 1.2 (DDI 0337E, 1.5): the prefetch unit reads one word each cycle and "buffers up to three
# word fetches in its FIFO". For conditional branches it asks for the target, "consuming a fetch
# slot".
FETCH_QUEUE_WORDS = 3
# From asking for a word to decoding it: address and data phase of the bus. With it the third of a
# group of 32-bit instructions across word borders comes late: "groups of three or more unaligned
# wide instructions will take one extra cycle" (compendium.i-0.nl, alignment rules).
FETCH_CYCLES = 2
# The queue was full while the decoder waited for a jump, or an instruction of several cycles: the
# next word is fetched a cycle late then, else as soon as there is room. "Multi-cycle instruction
# followed by three unaligned 32-bit instructions" (IACR ePrint 2025/523, as the M4 notes quote it).
FETCH_AFTER_PAUSE = 1
# Whether a late instruction costs the cycle that it is late: other notes than these see none.
FETCH_STALL = Cycles(0, 1, 1)

# TRM table 3-1, note: IT "can be folded onto a preceding 16-bit Thumb instruction", then free.
IT_FOLDED = Cycles(0, 0, 1)
# CPS, MRS, MSR: 1 or 2.
SYSTEM = Cycles(1, 2, 2)
# DMB, DSB, ISB: 1 + B, B at least 0 (DMB, DSB) or a refill (ISB).
BARRIER = Cycles(1, 2, 4)

# TRM table 7-1, floating-point instructions.
FLOAT_DIVIDE = Cycles.exactly(14)  # VDIV, VSQRT
FLOAT_FUSED = Cycles.exactly(3)  # VMLA, VMLS, VNMLA, VNMLS, VFMA, VFMS, VFNMA, VFNMS
FLOAT_MOVE_PAIR = Cycles.exactly(2)  # VMOV between two core registers and two single ones
# TRM 7.2.3: a result that the next instruction uses delays it by one.
FLOAT_DEPENDENCY = Cycles.exactly(1)

# TRM 3.9.1: 12 cycles from the interrupt to the first instruction of its handler; the return
# unstacks as many words. With wait states or a stacked FP context it is more.
EXCEPTION_ENTRY = Cycles(12, 12, 29)
EXCEPTION_RETURN = Cycles(10, 12, 27)

# Per cent of all cycles of the core: what boards take less or more in memory without wait states
# than all of these rules say. Fitted to pqm4's figures of an STM32L4R5, whose stack is in a slower
# one of its SRAMs (mupq/pqm4, pull request 193); no other rule knows that RAMs differ.
UNEXPLAINED_PERCENT = Cycles(-1, 0, 6)
