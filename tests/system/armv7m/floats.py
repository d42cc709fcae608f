"""The floating-point context: CONTROL.FPCA, FPDSCR, the extended frame, lazy preservation."""

from __future__ import annotations

from .rule import Rule

RULES = (
    Rule("f.begin", "B1.4.4", "CONTROL.FPCA is 0 once it was cleared by MSR", 0),
    Rule("f.fpca", "B1.4.4", "a floating-point instruction sets FPCA (FPCCR.ASPEN = 1)", 4),
    Rule("f.fpdscr", "B3.2.23", "FPDSCR holds AHP, DN, FZ and RMode", 0x07C0_0000),
    Rule("f.same_context", "B1.4.6", "FPSCR stays while FPCA is 1", 0),
    Rule("f.new_context", "B1.4.6", "FPSCR takes FPDSCR at a new context", 0x0300_0000),
    Rule("f.new_context.fpca", "B1.4.4", "CONTROL after it: FPCA alone", 4),
    Rule("f.aspen_0", "B1.4.6", "ASPEN = 0: no new context, FPSCR stays", 0x0300_0000),
    Rule("f.aspen_0.fpca", "B1.4.4", "ASPEN = 0: FPCA is not set", 0),
    Rule("f.basic", "B1.5.6", "FPCA = 0: a basic frame, EXC_RETURN bit 4 set", 0xFFFF_FFF9),
    Rule("f.extended", "B1.5.6", "FPCA = 1: an extended frame, bit 4 clear", 0xFFFF_FFE9),
    Rule("f.extended.bytes", "B1.5.7", "an extended frame has 26 words, at a multiple of 8", 0x68),
    Rule("f.handler", "B1.5.6", "FPCA is 0 in the handler", 0),
    Rule("f.lazy.fpcar", "B3.2.22", "FPCAR is where s0 goes", 0x20),
    Rule(
        "f.lazy.fpccr",
        "B3.2.21",
        "FPCCR at entry from privileged Thread mode: THREAD, HFRDY, LSPACT",
        0xC000_0019,
    ),
    Rule("f.lazy.stacked", "B1.5.7", "LSPEN = 1: nothing is stored at entry", 0),
    Rule("f.lazy.unused", "B1.5.7", "LSPACT stays while no such instruction is executed", 1),
    Rule("f.lazy.returned", "B1.5.8", "return clears LSPACT", 0),
    Rule("f.returned", "B1.5.8", "return sets FPCA from EXC_RETURN", 4),
    Rule("f.used.lspact", "B1.5.7", "the first instruction in the handler clears LSPACT", 0),
    Rule("f.used.stacked", "B1.5.7", "and stores s0 first", 0x3F80_0000),
    Rule("f.used.s0", "B1.5.8", "return restores s0", 0x3F80_0000),
    Rule("f.used.s15", "B1.5.8", "return restores s15", 0x4040_0000),
    Rule("f.used.fpscr", "B1.5.8", "return restores FPSCR", 0x0040_0000),
    Rule("f.lspen_0.lspact", "B1.5.7", "LSPEN = 0: LSPACT stays 0", 0),
    Rule("f.lspen_0.stacked", "B1.5.7", "LSPEN = 0: s0 is stored at entry", 0x3F80_0000),
    Rule("f.lspen_0.s0", "B1.5.8", "LSPEN = 0: return restores s0", 0x3F80_0000),
    Rule("f.cpacr", "B3.2.20", "CPACR holds CP10 and CP11", 0x00F0_0000),
    Rule("f.off", "B1.4.7", "the FPU off: NOCP", 0x0008_0000),
    Rule("f.privileged", "B3.2.20", "CP10 = 1: privileged code may use the FPU", 0),
    Rule("f.unprivileged", "B3.2.20", "CP10 = 1: unprivileged code may not: NOCP", 0x0008_0000),
)
