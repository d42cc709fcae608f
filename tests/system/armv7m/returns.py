"""Exception return: the checks of EXC_RETURN and of the frame, alignment, tail-chaining."""

from __future__ import annotations

from .rule import Rule

_INVPC = 0x0004_0000

RULES = (
    Rule("e.thread_msp", "B1.5.8", "EXC_RETURN 0xFFFFFFF9 from the only handler is right", 0),
    Rule("e.handler", "B1.5.8", "0xFFFFFFF1 with no other exception active: INVPC", _INVPC),
    Rule("e.handler.lr", "B1.5.8", "LR of the UsageFault is that EXC_RETURN", 0xFFFF_FFF1),
    Rule("e.handler.active", "B1.5.8", "the exception is over all the same", 0),
    Rule("e.reserved_0", "B1.5.8", "0xFFFFFFF0: INVPC", _INVPC),
    Rule("e.reserved_5", "B1.5.8", "0xFFFFFFF5: INVPC", _INVPC),
    Rule("e.reserved_d_even", "B1.5.8", "0xFFFFFFFC: INVPC", _INVPC),
    Rule("e.thread_with_ipsr", "B1.5.8", "to Thread mode with IPSR in the frame: INVPC", _INVPC),
    Rule("e.exception", "B1.5.8", "which is a UsageFault", 6),
    Rule("e.in_thread", "B1.5.8", "in Thread mode 0xFFFFFFF9 is an address: IACCVIOL", 1),
    Rule("e.not_base", "B1.5.8", "to Thread mode with another active: INVPC", _INVPC),
    Rule("e.aligned.bytes", "B1.5.7", "SP at 4 modulo 8: 36 bytes are taken", 0x24),
    Rule("e.aligned.sp", "B1.5.7", "so that the frame is at a multiple of 8", 0),
    Rule("e.aligned.back", "B1.5.8", "return gives SP back", 0),
    Rule("e.stkalign_0.bytes", "B1.5.7", "CCR.STKALIGN = 0: 32 bytes", 0x20),
    Rule("e.psp", "B1.5.6", "from Thread mode on PSP: EXC_RETURN 0xFFFFFFFD", 0xFFFF_FFFD),
    Rule("e.psp.back", "B1.5.8", "return gives PSP back", 0),
    Rule("e.tail_chain", "B1.5.12", "a pending interrupt follows without unstacking", 0x12),
    Rule("e.tail_chain.lr", "B1.5.12", "with the same EXC_RETURN", 0xFFFF_FFF9),
    Rule("e.control_reset", "B1.4.4", "CONTROL is 0 after reset", 0),
    Rule("e.handler_spsel", "B1.4.4", "SPSEL cannot be set in Handler mode, nPRIV can", 1),
)
