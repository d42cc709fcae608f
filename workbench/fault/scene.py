"""What is known of a fault when its cause is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.engines.base import FaultState
from workbench.fault.addresses import Addresses
from workbench.fault.instruction import Instruction
from workbench.fault.mpu import MpuState
from workbench.fault.supervisor import RefusedCall


@dataclass(frozen=True)
class Scene:
    """What is known when the cause is looked for.

    access: the address that a data access was refused at, if one was. came_by: how the core came
    to a PC that is not in code. cpacr, ccr: the registers of that name, None where unreadable.
    is_data: PC is where the image has data, not code. refused_call: an SVC that could not be
    taken. handler: the function that handles the exception in which the fault came, "" in a thread.
    bad_vector: what is wrong with the vector of that exception, where the core came by it. lazy:
    where floating-point registers were to be saved (FPCAR), None where unreadable.
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
    ccr: int | None = None
    is_data: bool = False
    refused_call: RefusedCall | None = None
    handler: str = ""
    bad_vector: str = ""
    lazy: int | None = None
