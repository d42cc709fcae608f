"""Faults: which exception, which bits, what when it cannot be taken."""

from __future__ import annotations

from .rule import Rule

_FORCED = 0x4000_0000
_DEBUGGER = "has no DEBUGEVT"


def _taken(name: str, text: str, bits: int, exception: int) -> tuple[Rule, Rule]:
    return (
        Rule(name, "B1.5.14", text, bits),
        Rule(f"{name}.is", "B1.5.14", f"{text}: the exception that is taken", exception),
    )


RULES = (
    *_taken("h.undefined", "UDF with UsageFault disabled", 0x1_0000, 3),
    *_taken("h.undefined.enabled", "UDF", 0x1_0000, 6),
    *_taken("h.nocp", "an instruction of coprocessor 15", 0x8_0000, 6),
    *_taken("h.execute_device", "execution from Device memory", 1, 4),
    *_taken("h.execute_ppb", "execution from the PPB", 1, 4),
    *_taken("h.execute_nowhere", "execution where nothing answers", 0x100, 5),
    *_taken("h.unaligned", "LDM from an unaligned address", 0x100_0000, 6),
    Rule(
        "h.unaligned_device",
        "A3.2.1",
        "an unaligned LDR from Device memory",
        0x100_0000,
        0,
        "allows it",
    ),
    Rule("h.unaligned_device.is", "A3.2.1", "which is a UsageFault", 6, 0, "allows it"),
    *_taken("h.divide", "division by 0 with CCR.DIV_0_TRP", 0x200_0000, 6),
    Rule("h.divide_untrapped", "A7.7.127", "division by 0 without it is no fault", 0),
    *_taken("h.bkpt", "BKPT without a debugger", 0, 3),
    Rule("h.bkpt.hfsr", "C1.6.3", "BKPT: HFSR.DEBUGEVT", 0x8000_0000, _FORCED, _DEBUGGER),
    Rule("h.bkpt.dfsr", "C1.6.1", "BKPT: DFSR.BKPT", 2, 0, _DEBUGGER),
    Rule("h.dfsr_cleared", "C1.6.1", "DFSR bits are cleared by writing 1", 0),
    Rule("h.svc.active", "B3.2.13", "SHCSR says SVCALLACT in its handler", 0x80),
    Rule("h.svc_in_svc", "B1.5.14", "SVC in SVCall's handler: HardFault", 3),
    Rule("h.svc_in_svc.hfsr", "B1.5.14", "which is FORCED", _FORCED),
    Rule("h.preempts", "B1.5.14", "UDF in a handler that UsageFault preempts", 6),
    Rule("h.not_urgent", "B1.5.14", "UDF in one that it does not preempt: HardFault", 3),
    Rule("h.not_urgent.hfsr", "B1.5.14", "which is FORCED", _FORCED),
    Rule("h.svc_masked", "B1.5.14", "SVC that BASEPRI masks: HardFault", 3),
    Rule("h.cleared", "B3.2.15", "CFSR bits are cleared by writing 1", 0),
    Rule("h.mmfar", "B3.2.17", "MMFAR can be written", 0x1234_5678),
    *_taken("h.stkerr", "a frame that cannot be written: STKERR", 0x1000, 5),
    Rule("h.stkerr.order", "B1.5.11", "the interrupt follows", 1),
    Rule("h.stkerr.late", "B1.5.11", "BusFault less urgent than the interrupt: STKERR", 0x1000),
    Rule("h.stkerr.late.order", "B1.5.11", "the interrupt comes first", 1),
    *_taken("h.unstkerr", "a frame that cannot be read: UNSTKERR", 0x800, 5),
    Rule("h.unstkerr.order", "B1.5.8", "the handler has ended", 2),
    Rule("h.vecttbl", "B3.2.16", "a vector that cannot be read: VECTTBL", 2, _FORCED, "reads 0"),
    Rule("h.vecttbl.is", "B1.5.14", "which is a HardFault", 3),
)
