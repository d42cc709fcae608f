"""The MPU and exceptions: what is checked with which privilege, and when not at all."""

from __future__ import annotations

from .rule import Rule

_DACCVIOL = 0x82  # with MMARVALID

RULES = (
    Rule("m.privileged", "B3.5.9", "AP 1: privileged code may store", 0),
    Rule(
        "m.unprivileged",
        "B3.5.5",
        "unprivileged code without a region: IACCVIOL; MemManage cannot be stacked: MSTKERR",
        0x11,
    ),
    Rule("m.unprivileged.exception", "B1.5.14", "which is a MemManage", 4),
    Rule("m.store", "B3.5.9", "AP 6: a store is DACCVIOL", _DACCVIOL),
    Rule("m.store.mmfar", "B3.2.17", "with its address in MMFAR", 8),
    Rule("m.load", "B3.5.9", "AP 6: a load is allowed", 0),
    Rule("m.execute", "B3.5.9", "AP 6 without XN: code executes", 0),
    Rule("m.execute_never", "B3.5.9", "XN is set where code was executed: IACCVIOL", 1),
    Rule("m.nmi", "B3.5.5", "HFNMIENA = 0: NMI goes past the MPU", 77),
    Rule("m.faultmask", "B3.5.5", "HFNMIENA = 0: so does code under FAULTMASK", 66),
    Rule("m.afterwards", "B3.5.5", "not so behind it", _DACCVIOL),
    Rule("m.handler", "B3.5.5", "nor in another handler", _DACCVIOL),
    Rule("m.stacking", "B1.5.6", "a frame that the MPU refuses: MSTKERR", 0x10),
    Rule("m.stacking.exception", "B1.5.11", "MemManage comes first", 4),
    Rule("m.unstacking", "B1.5.8", "unstacking that the MPU refuses: MUNSTKERR", 8),
    Rule("m.unstacking.exception", "B1.5.11", "MemManage follows, tail-chained", 4),
    Rule("m.lazy", "B1.5.7", "a lazy frame that the MPU refuses: MLSPERR", 0x20),
    Rule("m.lazy.exception", "B1.5.7", "which is a MemManage", 4),
)
