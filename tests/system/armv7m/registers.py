"""System registers: which bits they have, what reads as 0."""

from __future__ import annotations

from .rule import Rule

_LINES = "has 96 interrupts, not 82"

RULES = (
    Rule("r.ictr", "B3.4.3", "ICTR: 82 interrupts (STM32F4) are 3 words", 2),
    Rule("r.iser0", "B3.4.4", "NVIC_ISER0 sets enables", 0xFFFF_FFFF),
    Rule("r.icer0", "B3.4.5", "NVIC_ICER0 clears those written as 1", 0xF),
    Rule("r.iser2", "B3.4.4", "NVIC_ISER2 has 18 of them", 0x3_FFFF, 0xFFFF_FFFF, _LINES),
    Rule("r.icer2", "B3.4.5", "NVIC_ICER2 reads the same", 0x3_FFFF, 0xFFFF_FFFF, _LINES),
    Rule("r.ispr2", "B3.4.6", "NVIC_ISPR2 too", 0x3_FFFF, 0xFFFF_FFFF, _LINES),
    Rule("r.icpr2", "B3.4.7", "NVIC_ICPR2 clears them", 0),
    Rule("r.iser3", "B3.4.4", "NVIC_ISER3, beyond the part, reads 0", 0),
    Rule("r.iabr2", "B3.4.8", "NVIC_IABR2 reads 0 while none is active", 0),
    Rule("r.ipr20", "B3.4.9", "NVIC_IPR20 has 2 of 4 bytes", 0xF0F0, 0xFFFF_FFFF, _LINES),
    Rule("r.ipr21", "B3.4.9", "NVIC_IPR21, beyond the part, reads 0", 0, 0xFFFF_FFFF, _LINES),
    Rule("r.csr", "B3.3.3", "SYST_CSR.CLKSOURCE can be 0 (STM32F4)", 0),
    Rule("r.csr_bits", "B3.3.3", "SYST_CSR has TICKINT", 2),
    Rule("r.csr_core", "B3.3.3", "and CLKSOURCE", 4),
    Rule("r.rvr", "B3.3.4", "SYST_RVR has 24 bits", 0xFF_FFFF),
    Rule(
        "r.calib",
        "B3.3.6",
        "SYST_CALIB: 18750, inexact (STM32F4)",
        0x4000_493E,
        0x4003_344F,
        "says what 10 ms are",
    ),
    Rule("r.cvr", "B3.3.5", "a write to SYST_CVR clears it", 0),
    Rule("r.reference", "B3.3.3", "CLKSOURCE = 0 counts at HCLK/8 (STM32F4)", 8),
    Rule("r.countflag", "B3.3.3", "reading SYST_CSR clears COUNTFLAG", 0),
    Rule("r.countflag_cvr", "B3.3.5", "so does a write to SYST_CVR", 0),
    Rule("r.cpuid", "B3.2.3", "CPUID: part number of a Cortex-M4", 0xC24),
    Rule("r.scr", "B3.2.7", "SCR has bits 1, 2 and 4", 0x16, 0xFFFF_FFF3, "keeps all but two"),
    Rule("r.ccr_reset", "B3.2.8", "CCR after reset: STKALIGN", 0x200),
    Rule("r.ccr", "B3.2.8", "CCR has bits 0, 1, 3, 4, 8 and 9 (3 is not tried)", 0x313),
    Rule("r.shcsr", "B3.2.13", "SHCSR has the three enables", 0x7_0000),
    Rule("r.actlr", "DDI 0439B, 4.2.1", "ACTLR has bits 0 to 2, 8 and 9", 0x307, 0, "has none"),
    Rule("r.cpacr", "B3.2.20", "CPACR has CP10 and CP11", 0xF0_0000),
    Rule("r.icsr", "B3.2.4", "ICSR in Thread mode: RETTOBASE", 0x800),
    Rule("r.vtor", "B3.2.5", "VTOR has bits 31 to 7", 0xFFFF_FF80),
    Rule("r.mpu_type", "B3.5.4", "MPU_TYPE: 8 regions", 0x800),
    Rule("r.narrow", "B3.1.1", "AIRCR by byte, CCR by halfword", 0x0200_0005, 0, "reads words"),
)
