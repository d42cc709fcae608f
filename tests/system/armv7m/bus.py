"""Accesses that the bus refuses: what is precise, what is not, what a fault leaves."""

from __future__ import annotations

from .rule import Rule

_PRECISE, _IMPRECISE = 0x8200, 0x400
_NO_BUFFER = "has no write buffer: PRECISERR, with BFAR"


def _late(name: str, text: str) -> Rule:
    return Rule(name, "B1.5.14", f"{text}: IMPRECISERR, no BFAR", _IMPRECISE, _PRECISE, _NO_BUFFER)


RULES = (
    Rule("b.load", "B1.5.14", "a load from nowhere: PRECISERR and BFARVALID", _PRECISE),
    Rule("b.load.bfar", "B3.2.18", "BFAR is its address", 0x3000_0000),
    _late("b.store", "a store to nowhere"),
    Rule("b.store.hfsr", "B1.5.14", "BusFault disabled: HardFault, FORCED", 0x4000_0000),
    _late("b.byte", "STRB"),
    _late("b.multiple", "STMIA with write-back"),
    _late("b.double", "STRD, indexed"),
    _late("b.downwards", "STMDB with write-back"),
    _late("b.in_it", "STR in an IT block"),
    _late("b.peripherals", "a store among the peripherals where there is none"),
    Rule("b.flash", "B1.5.14", "a store to flash", _IMPRECISE, 0, "ignores it"),
    _late("b.across", "STM of which one word is in the next page"),
    _late("b.enabled", "with BusFault enabled"),
    Rule("b.enabled.exception", "B1.5.14", "with BusFault enabled it is taken", 5),
    Rule("b.disdefwbuf", "DDI 0439B, 4.2.1", "ACTLR.DISDEFWBUF: PRECISERR", _PRECISE),
    Rule("b.disdefwbuf.bfar", "B3.2.18", "ACTLR.DISDEFWBUF: BFAR is its address", 0x3000_0000),
    Rule("b.disdefwbuf.multiple", "B1.5.14", "ACTLR.DISDEFWBUF: STM too", _PRECISE),
    Rule("b.writeback", "B1.5.14", "the store completes", 0x3000_0008, 0x3000_0000, _NO_BUFFER),
    Rule("b.next", "B1.5.14", "and is the last instruction before the fault", 0),
    Rule(
        "b.held_off",
        "B1.5.14",
        "in a handler that BusFault does not preempt it stays pending",
        1,
        0,
        "escalates it to HardFault",
    ),
    Rule("b.then", "B1.5.14", "it is taken behind the handler, once", 1),
    Rule("b.then.exception", "B1.5.14", "as BusFault", 5, 3, "escalates it to HardFault"),
    Rule("b.unprivileged", "B3.1.1", "unprivileged store to the SCS: PRECISERR", _PRECISE),
    Rule("b.unprivileged.bfar", "B3.1.1", "BFAR is its address", 0xE000_E100),
    Rule("b.stir", "B3.2.26", "unprivileged store to STIR: PRECISERR", _PRECISE),
    Rule("b.stir.allowed", "B3.2.8", "CCR.USERSETMPEND: allowed", 0),
    Rule("b.stir.pending", "B3.2.26", "and pends the interrupt", 0x20),
)
