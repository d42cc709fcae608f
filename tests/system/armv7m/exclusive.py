"""The local exclusive monitor, and what clears it."""

from __future__ import annotations

from .rule import Rule

RULES = (
    Rule("x.without_load", "A3.4.1", "STREX without LDREX stores nothing and returns 1", 1),
    Rule("x.pair", "A3.4.1", "STREX behind LDREX returns 0", 0),
    Rule("x.stored", "A3.4.1", "STREX behind LDREX stores", 2),
    Rule("x.twice", "A3.4.1", "STREX clears the monitor", 1),
    Rule("x.clrex", "A7.7.24", "CLREX clears the monitor", 1),
    Rule("x.interrupt", "B1.5.6", "an interrupt between LDREX and STREX: returns 1", 1),
    Rule("x.interrupt.word", "B1.5.6", "an interrupt between them: nothing is stored", 2),
    Rule("x.svc", "B1.5.6", "an SVC between them: returns 1", 1),
    Rule("x.in_handler", "B1.5.6", "LDREX before, STREX in the handler: returns 1", 1),
    Rule("x.handlers_load", "B1.5.8", "LDREX in the handler, STREX behind its return: 1", 1),
    Rule("x.byte", "A3.4.1", "LDREXB and STREXB return 0", 0),
    Rule("x.byte.interrupt", "B1.5.6", "an interrupt between LDREXB and STREXB: 1", 1),
    Rule("x.halfword.interrupt", "B1.5.6", "an interrupt between LDREXH and STREXH: 1", 1),
)
