"""A frame of an exception that could not be written or read back, in words."""

from __future__ import annotations

from workbench.armv7m.architecture import EXC_RETURNS, frame_bytes, frame_is_on_psp
from workbench.fault.memory import WORD
from workbench.fault.scene import Scene

_EXC_RETURN_FIRST = 0xFFFFFF00  # what is branched to from here on is meant to be an EXC_RETURN


def stacking(scene: Scene) -> str:
    """Say that the frame of an exception could not be written."""
    return f"the exception frame could not be written at {_place(scene)}"


def unstacking(scene: Scene) -> str:
    """Say that the frame that a handler returns to could not be read."""
    said = f"the exception frame at {_place(scene)}, could not be read back"
    if not scene.handler:
        return said
    pointer = "PSP" if frame_is_on_psp(scene.fault.exc_return) else "MSP"
    return f"{said}: {pointer} was there when {scene.handler} returned"


def lazy(scene: Scene) -> str:
    """Say that the room for floating-point registers could not be written."""
    said = "the floating-point registers could not be saved into the frame of the exception"
    if scene.lazy is None:
        return said
    place = scene.addresses.describe(scene.lazy)
    refusal = scene.mpu.refusal(scene.lazy, scene.is_privileged, fetch=False)
    return f"{said} at 0x{scene.lazy:08x}, {place}" + (f", {refusal}" if refusal else "")


def bad_return(scene: Scene) -> str:
    """Say that an EXC_RETURN does not lead anywhere."""
    value = scene.fault.registers.get("pc", scene.fault.pc)
    who = f" of {scene.handler}" if scene.handler else ""
    if value & ~1 in EXC_RETURNS:
        why = "it does not fit what is active, or the frame that it leads to"
    else:
        why = "no such value is defined"
    return (
        f"a return from an exception by EXC_RETURN 0x{value | 1:08x} that does not hold: {why}; "
        f"LR or the stack{who or ' of the handler'} is overwritten"
    )


def is_exception_return(address: int) -> bool:
    """Return whether a branch to `address` in a handler is meant as a return from the exception."""
    return address >= _EXC_RETURN_FIRST


def _place(scene: Scene) -> str:
    """Say where the frame lies, how it exceeds its memory, or which MPU region forbids it."""
    frame, size = scene.fault.frame_address, frame_bytes(scene.fault.exc_return)
    said = f"0x{frame:08x}, {scene.addresses.describe(frame, size=size)}"
    if "beyond" in said:
        return said
    words = range(frame, frame + size, WORD)
    refusals = (scene.mpu.refusal(word, scene.is_privileged, fetch=False) for word in words)
    refusal = next((one for one in refusals if one), "")
    return f"{said}, {refusal}" if refusal else said
