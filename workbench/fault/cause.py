"""From the status registers to the cause in words: what the core was doing, and what refused it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.armv7m.architecture import XPSR_T, Cfsr, Exc, Hfsr
from workbench.armv7m.thumb import BKPT_SEMIHOSTING, Operation, decode
from workbench.engines.base import FaultState
from workbench.fault.accesses import data, refused_by_bus, refused_by_mpu, unaligned
from workbench.fault.frame_moves import bad_return, lazy, stacking, unstacking
from workbench.fault.instruction import Instruction
from workbench.fault.scene import Scene
from workbench.fault.status import EXCEPTIONS, cause_bits, exception_name, kind_of, primary
from workbench.fault.supervisor import RefusedCall

_FETCHES = Cfsr.IBUSERR | Cfsr.IACCVIOL | Cfsr.INVSTATE
_OF_FPU = (None, 10, 11)  # coprocessors, where that is known (A6.1)
_PRIVILEGED_ONLY = 1  # of a field of CPACR (B3.2.20)


def title(scene: Scene) -> str:
    """Say in a line which fault it was, and of what."""
    fault = scene.fault
    if scene.refused_call is not None:
        return f"{exception_name(fault)}: {refused_service(scene.refused_call)}"
    bit = primary(fault)
    if bit is None:
        return f"{exception_name(fault)}: {_without_bits(scene)}"
    kind = kind_of(bit)
    if fault.exception == Exc.HARD_FAULT:
        kind += " escalated to HardFault"
    elif EXCEPTIONS.get(fault.exception, kind) != kind:
        kind = f"{exception_name(fault)} after a {kind}"
    return f"{kind}: {astray(scene) or _SAYINGS[bit](scene)}"


def refused_service(call: RefusedCall) -> str:
    """Say that an SVC could not be taken, and why."""
    return f"an SVC at a priority at which SVCall cannot be taken: {call.reason}"


def astray(scene: Scene) -> str:
    """Say that the core executes what is not code, "" where it does not.

    What such an instruction was refused for is chance: `by_chance` says it.
    """
    if not scene.is_data or is_fetch(scene.fault):
        return ""
    pc = scene.fault.pc & ~1
    area = scene.addresses.area_at(pc)
    what = "data" if area and area.kind == "RAM" else "what the ELF does not call code"
    came = f"; {scene.came_by}" if scene.came_by else ""
    return f"control left the code: it executes {what}, {scene.addresses.describe(pc)}{came}"


def by_chance(scene: Scene) -> str:
    """Return what data was refused for when it was executed, "" where it was not."""
    bit = primary(scene.fault)
    if bit is None or not astray(scene):
        return ""
    return f"taken as code, it is {_SAYINGS[bit](replace(scene, came_by=''))}"


def _without_bits(scene: Scene) -> str:
    hfsr = scene.fault.hfsr or 0
    if hfsr & Hfsr.DEBUGEVT:
        return _breakpoint(scene)
    if hfsr & Hfsr.VECTTBL:
        return "the vector of an exception could not be read: VTOR does not point to a table"
    return astray(scene) or scene.fault.detail or "the status registers do not say why"


def _breakpoint(scene: Scene) -> str:
    code = scene.instruction.code if scene.instruction else b""
    if int.from_bytes(code[:2], "little") == BKPT_SEMIHOSTING:
        return "a semihosting call, and no debugger to serve it"
    return "a breakpoint instruction, and no debugger"


def _fetch(scene: Scene) -> str:
    pc = scene.fault.pc
    came = f"; {scene.came_by}" if scene.came_by else ""
    forbidden = ""
    if Cfsr.IACCVIOL in cause_bits(scene.fault):
        refusal = scene.mpu.refusal(pc, scene.is_privileged, fetch=True)
        forbidden = f", {refusal or 'from where nothing may be executed'}"
    return f"execution at 0x{pc:08x}, {scene.addresses.describe(pc, is_code=True)}{forbidden}{came}"


def _state(scene: Scene) -> str:
    came = scene.bad_vector or scene.came_by or "by a branch or return to an even address"
    return f"execution at 0x{scene.fault.pc:08x} without the Thumb bit; {came}"


def _undefined(scene: Scene) -> str:
    if renode_hides(scene) is Cfsr.INVSTATE:
        return _state(scene)
    if renode_hides(scene) is Cfsr.NOCP:
        return _coprocessor(scene)
    instruction = scene.instruction
    if instruction is None:
        return "an undefined instruction"
    code = int.from_bytes(instruction.code, "little")
    came = f"; {scene.came_by}" if scene.came_by else ""
    if is_trap(instruction):
        return f"{instruction.text}, an instruction that is undefined on purpose{came}"
    width = 2 * len(instruction.code)
    return f"no instruction of this core: 0x{code:0{width}x} at 0x{instruction.address:08x}{came}"


def _coprocessor(scene: Scene) -> str:
    instruction = scene.instruction
    text = f" `{instruction.text}`" if instruction else ""
    number = coprocessor(instruction) if instruction else None
    if instruction is not None and number not in _OF_FPU:
        halves = " ".join(
            f"{int.from_bytes(half, 'little'):04x}" for half in _halves(instruction.code)
        )
        return f"{halves}, an instruction of coprocessor {number}, which this core does not have"
    if scene.cpacr is None:
        return f"the coprocessor instruction{text} for a coprocessor that is off or not there"
    access = scene.cpacr >> 20 & 3
    if not access:
        return f"the floating-point instruction{text} while the FPU is off (CPACR is 0)"
    who = " by unprivileged code" if access == _PRIVILEGED_ONLY and not scene.is_privileged else ""
    return f"the floating-point instruction{text}{who}, which CPACR 0x{scene.cpacr:08x} refuses"


def coprocessor(instruction: Instruction) -> int | None:
    """Return which coprocessor an instruction is for, None where it is for none (A5.3.18)."""
    return decode(instruction.code).coprocessor


def lacks_fpu(scene: Scene) -> bool:
    """Return whether a floating-point instruction was refused because CPACR does not allow it."""
    if Cfsr.NOCP not in (primary(scene.fault), renode_hides(scene)) or scene.is_data:
        return False
    return scene.instruction is None or coprocessor(scene.instruction) in _OF_FPU


def _division(scene: Scene) -> str:
    return "a division by zero, which CCR.DIV_0_TRP makes a fault"


def _imprecise(scene: Scene) -> str:
    if scene.access is not None:
        return f"{data(scene)} (imprecise: taken behind it)"
    return "a write was refused some instructions ago; the one at PC is not it (imprecise)"


_SAYINGS: dict[Cfsr, Callable[[Scene], str]] = {
    Cfsr.PRECISERR: refused_by_bus,
    Cfsr.DACCVIOL: refused_by_mpu,
    Cfsr.IBUSERR: _fetch,
    Cfsr.IACCVIOL: _fetch,
    Cfsr.STKERR: stacking,
    Cfsr.MSTKERR: stacking,
    Cfsr.UNSTKERR: unstacking,
    Cfsr.MUNSTKERR: unstacking,
    Cfsr.LSPERR: lazy,
    Cfsr.MLSPERR: lazy,
    Cfsr.UNDEFINSTR: _undefined,
    Cfsr.INVSTATE: _state,
    Cfsr.INVPC: bad_return,
    Cfsr.NOCP: _coprocessor,
    Cfsr.UNALIGNED: unaligned,
    Cfsr.DIVBYZERO: _division,
    Cfsr.IMPRECISERR: _imprecise,
}


def renode_hides(scene: Scene) -> Cfsr | None:
    """Return what silicon would say where Renode says UNDEFINSTR (measured with 1.15.3)."""
    if scene.engine != "renode" or not (scene.fault.cfsr or 0) & Cfsr.UNDEFINSTR:
        return None
    if not scene.fault.registers.get("xpsr", XPSR_T) & XPSR_T:
        return Cfsr.INVSTATE
    number = coprocessor(scene.instruction) if scene.instruction else None
    if number is not None and scene.cpacr is not None and not scene.cpacr >> 20 & 0xF:
        return Cfsr.NOCP
    return None


def is_trap(instruction: Instruction) -> bool:
    """Return whether it is a UDF."""
    return decode(instruction.code).operation is Operation.UDF


def _halves(code: bytes) -> tuple[bytes, bytes]:
    return code[:2], code[2:]


def is_fetch(fault: FaultState) -> bool:
    """Return whether what was refused is the execution at PC, not what an instruction does."""
    without_thumb = not fault.registers.get("xpsr", XPSR_T) & XPSR_T
    return without_thumb or any(bit & _FETCHES for bit in cause_bits(fault))
