"""Priorities: the bits that the part has, groups, the mask registers."""

from __future__ import annotations

from .rule import Rule

_EIGHT = "implements 8 bits of priority"
_HIDES = "shows what is masked"
_NMI = "lets NMI set FAULTMASK"

RULES = (
    Rule("p.ipr", "B3.4.9", "NVIC_IPR has 4 bits (STM32F4)", 0xF0, 0xFF, _EIGHT),
    Rule("p.ipr_word", "B3.4.9", "NVIC_IPR, four at once", 0xF0F0_F0F0, 0xFFFF_FFFF, _EIGHT),
    Rule("p.shpr1", "B3.2.10", "SHPR1, byte 3 is reserved", 0x00F0_F0F0, 0x00FF_FFFF, _EIGHT),
    Rule("p.shpr2", "B3.2.11", "SHPR2, bytes 0 to 2 are", 0xF000_0000, 0xFF00_0000, _EIGHT),
    Rule(
        "p.shpr3",
        "DUI 0553A, 4.3.8",
        "SHPR3, bytes 0 and 1 are",
        0xF0F0_0000,
        0xFFFF_00FF,
        f"{_EIGHT}, and DebugMonitor's",
    ),
    Rule("p.basepri", "B1.4.3", "BASEPRI has as many bits", 0xF0, 0xFF, _EIGHT),
    Rule("p.basepri_5", "B1.4.3", "BASEPRI = 5 reads 0", 0, 5, _EIGHT),
    Rule("p.basepri_5.taken", "B1.5.4", "and masks nothing", 1, 0, _EIGHT),
    Rule("p.basepri_47", "B1.4.3", "BASEPRI = 0x47 reads 0x40", 0x40, 0x47, _EIGHT),
    Rule("p.basepri_47.taken", "B1.5.4", "and masks priority 0x40", 0, 1, _EIGHT),
    Rule("p.basepri_50.taken", "B1.5.4", "BASEPRI = 0x50 does not mask priority 0x40", 1),
    Rule("p.max_raises", "B5.2.3", "BASEPRI_MAX takes a more urgent value", 0x40),
    Rule("p.max_lowers", "B5.2.3", "BASEPRI_MAX does not take a less urgent one", 0x40),
    Rule("p.max_from_0", "B5.2.3", "BASEPRI_MAX takes any value where BASEPRI is 0", 0x80),
    Rule("p.max_0", "B5.2.3", "BASEPRI_MAX does not take 0", 0x80),
    Rule("p.max_5", "B5.2.3", "nor 5, which is 0 in 4 bits", 0x80, 5, _EIGHT),
    Rule("p.prigroup", "B3.2.6", "AIRCR reads VECTKEYSTAT and PRIGROUP", 0xFA05_0500),
    Rule("p.key", "B3.2.6", "AIRCR ignores a write without the key", 0xFA05_0500),
    Rule("p.preempts", "B1.5.4", "PRIGROUP 3: 0x40 preempts 0x50", 0x34F),
    Rule("p.same_group", "B1.5.4", "PRIGROUP 4: 0x40 does not preempt 0x50", 0x3F4),
    Rule("p.prigroup_7", "B1.5.4", "PRIGROUP 7: nothing preempts", 0x3F4),
    Rule("p.lowest_number", "B1.5.4", "of equal priorities the lowest number is first", 0x12),
    Rule("p.lowest_value", "B1.5.4", "of others the lowest value", 0x21),
    Rule("p.subpriority", "B1.5.4", "of one group the lowest subpriority", 0x21),
    Rule("p.pending.basepri", "DUI 0553A, 4.3.3", "ICSR.VECTPENDING: BASEPRI hides", 0, 16, _HIDES),
    Rule("p.pending.faultmask", "DUI 0553A, 4.3.3", "so does FAULTMASK", 0, 16, _HIDES),
    Rule("p.pending.primask", "DUI 0553A, 4.3.3", "PRIMASK does not", 16),
    Rule("p.primask", "B1.5.4", "PRIMASK holds an interrupt off", 0),
    Rule("p.primask.pending", "B1.5.4", "it stays pending", 1),
    Rule("p.primask.then", "B1.5.4", "and is taken when PRIMASK is cleared", 1),
    Rule("p.primask.fault", "B1.5.14", "a UsageFault under PRIMASK escalates to HardFault", 3),
    Rule("p.primask.hfsr", "B1.5.14", "which is FORCED", 0x4000_0000),
    Rule("p.faultmask", "B1.4.3", "CPSID f sets FAULTMASK in Thread mode", 1),
    Rule("p.faultmask.nmi", "B1.5.4", "NMI is taken all the same", 1),
    Rule("p.faultmask.kept", "B1.5.8", "return from NMI does not clear FAULTMASK", 1),
    Rule("p.nmi.cpsid_f", "B5.2.1", "CPSID f in NMI does nothing", 0, 1, _NMI),
    Rule("p.nmi.msr_faultmask", "B5.2.3", "MSR FAULTMASK in NMI does nothing", 0, 1, _NMI),
    Rule("p.nmi.after", "B5.2.3", "nor behind it", 0, 1, _NMI),
)
