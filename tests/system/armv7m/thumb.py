"""EPSR.T: who clears it, and what comes of that."""

from __future__ import annotations

from .rule import Rule

_INTERWORKING = "to an even address, behind a store to a device in the same block: INVSTATE"

RULES = (
    Rule("t.bx", "A7.7.20", f"BX {_INTERWORKING}", 0x0002_0000),
    Rule("t.bx.pc", "B1.5.6", "the stacked PC is the target", 0),
    Rule("t.bx.hfsr", "B1.5.14", "UsageFault disabled: HardFault, FORCED", 0x4000_0000),
    Rule("t.blx", "A7.7.19", f"BLX {_INTERWORKING}", 0x0002_0000),
    Rule("t.blx.lr", "A7.7.19", "LR has bit 0 set all the same", 1),
    Rule("t.pop", "A7.7.99", f"POP {{pc}} {_INTERWORKING}", 0x0002_0000),
    Rule("t.ldr", "A7.7.43", f"LDR pc {_INTERWORKING}", 0x0002_0000),
    Rule("t.ldm", "A7.7.42", f"LDMDB {{pc}} {_INTERWORKING}", 0x0002_0000),
    Rule("t.enabled", "A7.7.20", "with UsageFault enabled: INVSTATE", 0x0002_0000),
    Rule("t.enabled.exception", "B1.5.14", "with UsageFault enabled it is taken", 6),
    Rule("t.enabled.hfsr", "B1.5.14", "with UsageFault enabled nothing is forced", 0),
    Rule(
        "t.stacked",
        "B1.5.8",
        "return to a frame whose xPSR has T clear: INVSTATE there",
        0x0002_0000,
        0x0100_0000,
        "says UNALIGNED where PC is not a multiple of 4",
    ),
    Rule("t.exc_return", "B1.5.8", "BX to an even EXC_RETURN: INVPC", 0x0004_0000),
    Rule("t.vector", "B1.5.6", "a vector with bit 0 clear: INVSTATE", 0x0002_0000),
    Rule("t.vector.pc", "B1.5.6", "a vector with bit 0 clear: the stacked PC is the vector", 0),
    Rule("t.vector.xpsr", "B1.5.6", "a vector with bit 0 clear: IPSR is that handler's, T 0", 16),
    Rule("t.vector.exc_return", "B1.5.8", "the fault is taken in the handler", 0xFFFF_FFF1),
    Rule("t.vector.lr", "B1.5.6", "LR is the handler's EXC_RETURN", 0xFFFF_FFF9),
    Rule("t.vector_0", "B1.5.6", "a vector of 0: INVSTATE", 0x0002_0000),
    Rule("t.vector_0.pc", "B1.5.6", "a vector of 0: the stacked PC is 0", 0),
    Rule("t.vtor", "B3.2.5", "VTOR holds bits 31 to 7 (Cortex-M4)", 0x0800_0000),
)
