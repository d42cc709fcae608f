"""A data access that was refused, in words: what, where, and what refused it."""

from __future__ import annotations

from workbench.armv7m.architecture import Cfsr, is_device_memory, is_private
from workbench.fault.instruction import Instruction
from workbench.fault.scene import Scene
from workbench.fault.status import primary
from workbench.text import counted

_CCR_UNALIGN_TRP = 1 << 3  # ARM DDI 0403E, B3.2.8
_WORD = 4
# What must be aligned whatever CCR says (A3.2.1)
_ALIGNED_ALWAYS = ("ldm", "stm", "ldrd", "strd", "ldrex", "strex", "push", "pop", "v")


def data(scene: Scene) -> str:
    """Describe an access to data."""
    address, instruction = scene.access, scene.instruction
    if address is None:
        return "an access to data was refused"
    if instruction is None:
        return f"an access to 0x{address:08x}, {scene.addresses.describe(address)}"
    is_write = is_store(instruction)
    verb = "write" if is_write else "read"
    size = _size(scene, instruction)
    bytes_ = f" of {counted(size, 'byte')}" if size else ""
    place = f"{verb}{bytes_} {'to' if is_write else 'from'} 0x{address:08x}"
    area = scene.addresses.area_at(address)
    said = f"{place}, {scene.addresses.describe(address, size=size)}"
    if area is not None and area.kind == "flash" and is_write:
        said += ", which a store does not change"
    return said


def refused_by_bus(scene: Scene) -> str:
    """Describe an access that the bus refused, with who may make it where that is the reason."""
    closed = ", which unprivileged code may not touch" if is_closed(scene) else ""
    return f"{data(scene)}{closed} (precise)"


def is_closed(scene: Scene) -> bool:
    """Return whether the bus refused an access because only privileged code may make it."""
    is_bus = primary(scene.fault) is Cfsr.PRECISERR
    is_own = scene.access is not None and is_private(scene.access)
    return is_bus and is_own and not scene.is_privileged


def refused_by_mpu(scene: Scene) -> str:
    """Describe an access that the MPU refused, with the region."""
    address = scene.access
    refusal = "which the MPU forbids"
    if address is not None:
        refusal = scene.mpu.refusal(address, scene.is_privileged, fetch=False) or refusal
    return f"{data(scene)}, {refusal}"


def unaligned(scene: Scene) -> str:
    """Describe an access that had to be aligned."""
    if scene.access is None:
        return "an unaligned data access was refused"
    why = {
        "device": ": in Device memory every access must be aligned",
        "always": f": {_mnemonic(scene)} needs an aligned address, whatever CCR says",
        "ccr": ": CCR.UNALIGN_TRP makes it a fault",
    }.get(why_aligned(scene), "")
    if scene.instruction is None:
        place = scene.addresses.describe(scene.access)
        return f"an unaligned data access at 0x{scene.access:08x} was refused, {place}{why}"
    return f"unaligned {data(scene)}{why}"


def why_aligned(scene: Scene) -> str:
    """Return why an access had to be aligned: "device", "always", "ccr", "" where unknown."""
    if scene.access is not None and is_device_memory(scene.access):
        return "device"
    if scene.instruction is not None and _mnemonic(scene).lower().startswith(_ALIGNED_ALWAYS):
        return "always"
    return "ccr" if (scene.ccr or 0) & _CCR_UNALIGN_TRP else ""


def is_store(instruction: Instruction) -> bool:
    """Return whether an instruction that accesses data writes it."""
    return instruction.text.startswith(("st", "push", "vst", "vpush"))


def _mnemonic(scene: Scene) -> str:
    text = scene.instruction.text if scene.instruction else ""
    return text.split(" ")[0].split(".")[0].upper()


def _size(scene: Scene, instruction: Instruction) -> int:
    """Bytes of the access; of a list of words, one, where it was not the first that was refused."""
    if scene.access == instruction.accesses:
        return instruction.size
    return min(instruction.size, _WORD)
