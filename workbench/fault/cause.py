"""From the status registers to the cause in words: what the core was doing, and what refused it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.engines.armv7m import XPSR_T, Cfsr, Exc, Hfsr
from workbench.engines.base import FaultState
from workbench.fault.addresses import Addresses
from workbench.fault.instruction import Instruction
from workbench.fault.mpu import MpuState
from workbench.fault.status import EXCEPTIONS, cause_bits, exception_name, kind_of
from workbench.text import counted
from workbench.thumb import BKPT_SEMIHOSTING, is_coprocessor, is_undefined_on_purpose

_FETCHES = Cfsr.IBUSERR | Cfsr.IACCVIOL | Cfsr.INVSTATE
_FORBIDDEN = Cfsr.IACCVIOL | Cfsr.DACCVIOL
# The most telling first, where several are set
_ORDER = (
    *(Cfsr.STKERR, Cfsr.MSTKERR, Cfsr.UNSTKERR, Cfsr.MUNSTKERR, Cfsr.LSPERR, Cfsr.MLSPERR),
    *(Cfsr.PRECISERR, Cfsr.DACCVIOL, Cfsr.IBUSERR, Cfsr.IACCVIOL, Cfsr.NOCP, Cfsr.INVSTATE),
    *(Cfsr.UNDEFINSTR, Cfsr.INVPC, Cfsr.DIVBYZERO, Cfsr.UNALIGNED, Cfsr.IMPRECISERR),
)


@dataclass(frozen=True)
class Scene:
    """What is known when the cause is looked for.

    access: the address that a data access was refused at, if one was. came_by: how the core came
    to a PC that is no code. cpacr: Coprocessor Access Control Register, None where unreadable.
    """

    fault: FaultState
    instruction: Instruction | None
    addresses: Addresses
    mpu: MpuState
    access: int | None
    came_by: str
    cpacr: int | None
    is_privileged: bool
    engine: str


def primary(fault: FaultState) -> Cfsr | None:
    """Return the cause that tells most, None where the status registers name none.

    Bits stay set until firmware clears them: those of the fault that was taken come first.
    """
    bits = cause_bits(fault)
    bits = tuple(bit for bit in bits if kind_of(bit) == exception_name(fault)) or bits
    precise = [bit for bit in (Cfsr.PRECISERR, Cfsr.DACCVIOL) if bit in bits]
    return next((bit for bit in (*precise, *_ORDER) if bit in bits), None)


def title(scene: Scene) -> str:
    """Say in a line which fault it was, and of what."""
    fault = scene.fault
    bit = primary(fault)
    if bit is None:
        return f"{exception_name(fault)}: {_without_bits(scene)}"
    kind = kind_of(bit)
    if fault.exception == Exc.HARD_FAULT:
        kind += " escalated to HardFault"
    elif EXCEPTIONS.get(fault.exception, kind) != kind:
        kind = f"{exception_name(fault)} after a {kind}"
    return f"{kind}: {_SAYINGS[bit](scene)}"


def _without_bits(scene: Scene) -> str:
    hfsr = scene.fault.hfsr or 0
    if hfsr & Hfsr.DEBUGEVT:
        return _breakpoint(scene)
    if hfsr & Hfsr.VECTTBL:
        return "the vector of an exception could not be read: VTOR does not point to a table"
    return scene.fault.detail or "the status registers do not say why"


def _breakpoint(scene: Scene) -> str:
    code = scene.instruction.code if scene.instruction else b""
    if int.from_bytes(code[:2], "little") == BKPT_SEMIHOSTING:
        return "a semihosting call, and no debugger to serve it"
    return "a breakpoint instruction, and no debugger"


def _data(scene: Scene) -> str:
    """An access to data."""
    address, instruction = scene.access, scene.instruction
    if address is None:
        return "an access to data was refused"
    if instruction is None:
        return f"an access to 0x{address:08x}, {scene.addresses.describe(address)}"
    is_write = is_store(instruction)
    verb = "write" if is_write else "read"
    bytes_ = f" of {counted(instruction.size, 'byte')}" if instruction.size else ""
    place = f"{verb}{bytes_} {'to' if is_write else 'from'} 0x{address:08x}"
    area = scene.addresses.area_at(address)
    said = f"{place}, {scene.addresses.describe(address)}"
    if area is not None and area.kind == "flash" and is_write:
        said += ", which a store does not change"
    return said


def _refused_data(scene: Scene) -> str:
    address = scene.access
    refusal = "which the MPU forbids"
    if address is not None:
        refusal = scene.mpu.refusal(address, scene.is_privileged, fetch=False) or refusal
    return f"{_data(scene)}, {refusal}"


def _fetch(scene: Scene) -> str:
    pc = scene.fault.pc
    came = f"; {scene.came_by}" if scene.came_by else ""
    forbidden = ""
    if Cfsr.IACCVIOL in cause_bits(scene.fault):
        refusal = scene.mpu.refusal(pc, scene.is_privileged, fetch=True)
        forbidden = f", {refusal or 'from where nothing may be executed'}"
    return f"execution at 0x{pc:08x}, {scene.addresses.describe(pc, is_code=True)}{forbidden}{came}"


def _state(scene: Scene) -> str:
    came = scene.came_by or "by a branch or return to an even address"
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
    text = f"`{scene.instruction.text}` " if scene.instruction else ""
    if scene.cpacr is not None and not scene.cpacr >> 20 & 0xF:
        return f"the floating-point instruction {text}while the FPU is off (CPACR is 0)"
    return f"the coprocessor instruction {text}for a coprocessor that is off or not there"


def _division(scene: Scene) -> str:
    return "a division by zero, which CCR.DIV_0_TRP makes a fault"


def _unaligned(scene: Scene) -> str:
    return f"unaligned {_data(scene)}"


def _stacking(scene: Scene) -> str:
    frame = scene.fault.frame_address
    place = scene.addresses.describe(frame)
    refusal = scene.mpu.refusal(frame, True, fetch=False)
    forbidden = f", {refusal}" if refusal and "beyond" not in place else ""
    return f"the exception frame could not be written at 0x{frame:08x}, {place}{forbidden}"


def _unstacking(scene: Scene) -> str:
    return f"the exception frame at 0x{scene.fault.frame_address:08x} could not be read back"


def _lazy(scene: Scene) -> str:
    return "the floating-point registers could not be saved into the frame of the exception"


def _return(scene: Scene) -> str:
    value = scene.fault.registers.get("pc", scene.fault.pc)
    return (
        f"a return from an exception by EXC_RETURN 0x{value | 1:08x} that does not hold: "
        "LR or the stack of the handler is overwritten"
    )


def _imprecise(scene: Scene) -> str:
    return "a write was refused some instructions ago; the one at PC is not it (imprecise)"


_SAYINGS: dict[Cfsr, Callable[[Scene], str]] = {
    Cfsr.PRECISERR: lambda scene: f"{_data(scene)} (precise)",
    Cfsr.DACCVIOL: _refused_data,
    Cfsr.IBUSERR: _fetch,
    Cfsr.IACCVIOL: _fetch,
    Cfsr.STKERR: _stacking,
    Cfsr.MSTKERR: _stacking,
    Cfsr.UNSTKERR: _unstacking,
    Cfsr.MUNSTKERR: _unstacking,
    Cfsr.LSPERR: _lazy,
    Cfsr.MLSPERR: _lazy,
    Cfsr.UNDEFINSTR: _undefined,
    Cfsr.INVSTATE: _state,
    Cfsr.INVPC: _return,
    Cfsr.NOCP: _coprocessor,
    Cfsr.UNALIGNED: _unaligned,
    Cfsr.DIVBYZERO: _division,
    Cfsr.IMPRECISERR: _imprecise,
}


def renode_hides(scene: Scene) -> Cfsr | None:
    """Return what silicon would say where Renode says UNDEFINSTR (measured with 1.15.3)."""
    if scene.engine != "renode" or not (scene.fault.cfsr or 0) & Cfsr.UNDEFINSTR:
        return None
    if not scene.fault.registers.get("xpsr", XPSR_T) & XPSR_T:
        return Cfsr.INVSTATE
    code = scene.instruction.code if scene.instruction else b""
    first = int.from_bytes(code[:2], "little")
    if is_coprocessor(first) and scene.cpacr is not None and not scene.cpacr >> 20 & 0xF:
        return Cfsr.NOCP
    return None


def is_trap(instruction: Instruction) -> bool:
    """Whether it is a UDF."""
    first, second = (int.from_bytes(half, "little") for half in _halves(instruction.code))
    return is_undefined_on_purpose(first, second)


def _halves(code: bytes) -> tuple[bytes, bytes]:
    return code[:2], code[2:]


def is_store(instruction: Instruction) -> bool:
    """Whether an instruction that accesses data writes it."""
    return instruction.text.startswith(("st", "push", "vst", "vpush"))


def is_fetch(fault: FaultState) -> bool:
    """Whether what was refused is the execution at PC, not what an instruction does."""
    without_thumb = not fault.registers.get("xpsr", XPSR_T) & XPSR_T
    return without_thumb or any(bit & _FETCHES for bit in cause_bits(fault))
