"""What else is to be known of a fault, and what to look at: a few lines, none that are idle."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.armv7m.architecture import Cfsr, Exc, Hfsr
from workbench.fault.accesses import is_closed, why_aligned
from workbench.fault.addresses import NULL_BYTES
from workbench.fault.cause import by_chance, is_trap, lacks_fpu, renode_hides
from workbench.fault.scene import Scene
from workbench.fault.stacks import END_OF_VARIABLES, StackUse
from workbench.fault.status import MEANINGS, cause_bits, primary

_STACKING = Cfsr.STKERR | Cfsr.MSTKERR
_ENABLED_BY_SHCSR = (Exc.MEM_MANAGE, Exc.BUS_FAULT, Exc.USAGE_FAULT)


_ALIGNMENT = {
    "device": "use accesses of the register's own width: no packed structure, no memcpy over it",
    "always": "the address must be aligned: look at casts of byte buffers and packed structures",
    "ccr": "clear bit 3 of CCR (0xE000ED14), or align the data",
    "": "LDM, LDRD, VLDR and their stores need words that are aligned, others if CCR says so",
}


def notes(scene: Scene) -> Iterator[str]:
    """Say what else the status registers show, and where the engine differs from silicon."""
    bits, first = cause_bits(scene.fault), primary(scene.fault)
    for bit in bits:
        if bit is not first:
            yield f"{bit.name} is set too: {MEANINGS[bit]}"
    if chance := by_chance(scene):
        yield chance
    if any(bit & _STACKING for bit in bits):
        yield (
            "the frame of this fault was not stored: a handler that reads it reads what was there"
        )
    if scene.engine != "renode":
        return
    hidden = renode_hides(scene)
    if hidden is not None:
        yield f"Renode says UNDEFINSTR; silicon says {hidden.name}"
    if not scene.fault.raised:
        yield (
            "Renode goes on behind this access without a fault; silicon and the embedded engine "
            "take it (--engine embedded shows what the firmware's handler does)"
        )
    elif scene.fault.exception in _ENABLED_BY_SHCSR and scene.fault.hfsr is None:
        yield (
            "Renode takes the fault by its own handler; silicon escalates it to HardFault unless "
            "SHCSR enables that handler"
        )


def advice(scene: Scene, use: StackUse | None) -> Iterator[str]:
    """Say what to look at."""
    if use is not None and use.overflow:
        yield from _overflow(use)
        return
    bit = primary(scene.fault)
    access = scene.access
    if access is not None and access < NULL_BYTES and scene.instruction is not None:
        null = [name for name, value in scene.instruction.values.items() if value < NULL_BYTES]
        if null and null[0] != "sp":
            yield f"{null[0]} is the pointer that was not set: see who gives it"
    if bit is Cfsr.IMPRECISERR and access is None:
        yield "set DISDEFWBUF (bit 1) in ACTLR at 0xE000E008 and run again: the write is then exact"
    if scene.bad_vector:
        yield "look at the vector table: each vector is a function's address, with bit 0 set"
        return
    if scene.is_data:
        yield "look at who wrote the address that was gone to: a function pointer, or a stack"
        return
    if lacks_fpu(scene):
        yield "enable the FPU before the first such instruction: CPACR (0xE000ED88) |= 0xF << 20"
    if scene.fault.pc and Cfsr.INVSTATE in (bit, renode_hides(scene)):
        yield "a function's address has bit 0 set; look at where the pointer was stored"
    if bit is Cfsr.UNDEFINSTR and scene.instruction is not None and is_trap(scene.instruction):
        yield "compilers put it where the source has undefined behaviour, and assertions end in it"
    if bit is Cfsr.UNALIGNED:
        yield _ALIGNMENT[why_aligned(scene)]
    if is_closed(scene):
        yield "do it in an exception handler, such as SVCall's, or before CONTROL.nPRIV is set"
    if scene.refused_call is not None:
        yield "call it where SVCall can preempt, or give SVCall a more urgent priority (SHPR2)"
    if (scene.fault.hfsr or 0) & Hfsr.VECTTBL:
        yield "look at what was written to VTOR (0xE000ED08), and that the table is linked there"


def _overflow(use: StackUse) -> Iterator[str]:
    top = use.largest[0] if use.largest else None
    if top is not None and top.frames > 3:
        yield f"look at what ends the recursion of {top.function}"
    elif top is not None and use.stack.size and top.largest * 2 > use.stack.size:
        yield f"{top.function} alone takes {top.largest:,} bytes: look at its local arrays"
    if use.stack.known_by.startswith(END_OF_VARIABLES):
        yield "the stack has the RAM that the variables leave: make them smaller, or use less of it"
    else:
        yield f"make the stack larger where its limit is set ({use.stack.known_by})"
