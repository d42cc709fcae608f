"""Capstone's mnemonics in the terms of the decoder."""

from __future__ import annotations

import re
from typing import Any

from workbench.armv7m.thumb import Operation as Op

NOT_OF_ARMV7M = (
    *("tt", "lda", "stl", "hvc", "smc", "sg", "bxns", "blxns", "vlldm", "vlstm"),
    *("vld1", "vld2", "vld3", "vld4", "vst1", "vst2", "vst3", "vst4"),
)
CONDITIONS = "eq|ne|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"

# By the beginning of the mnemonic, without width and condition; the first that fits
OPERATIONS: tuple[tuple[str, Op], ...] = (
    (r"movt", Op.MOVT),
    (r"(mov|movw|movs|lsls?|lsrs?|asrs?|rors?|rrxs?)", Op.MOV),  # by a number, see below
    (r"mvns?", Op.MVN),
    (r"(adds?|addw|adr)", Op.ADD),
    (r"adcs?", Op.ADC),
    (r"(subs?|subw)", Op.SUB),
    (r"sbcs?", Op.SBC),
    (r"(rsbs?|neg)", Op.RSB),
    (r"ands?", Op.AND),
    (r"bics?", Op.BIC),
    (r"orrs?", Op.ORR),
    (r"orns?", Op.ORN),
    (r"eors?", Op.EOR),
    (r"tst", Op.TST),
    (r"teq", Op.TEQ),
    (r"cmp", Op.CMP),
    (r"cmn", Op.CMN),
    (r"pkh(bt|tb)", Op.PACK),
    (r"[su]xta?(b|b16|h)", Op.EXTEND),
    (r"(rev|rev16|rbit|revsh)", Op.REVERSE),
    (r"clz", Op.CLZ),
    (r"sel", Op.SEL),
    (r"[su]sat(16)?", Op.SATURATE),
    (r"qd?(add|sub)", Op.SATURATING),
    (r"(s|q|sh|u|uq|uh)(add16|asx|sax|sub16|add8|sub8)", Op.PARALLEL),
    (r"[su]bfx", Op.EXTRACT),
    (r"bf[ic]", Op.INSERT),
    (r"([us]mlal.*|smull|umull|umaal|smlsldx?)", Op.MULTIPLY_LONG),
    (r"(muls?|mla|mls|sm.*|usad.*)", Op.MULTIPLY),
    (r"sdiv", Op.SDIV),
    (r"udiv", Op.UDIV),
    (r"ldrd", Op.LDRD),
    (r"strd", Op.STRD),
    (r"ldrex[bh]?", Op.LDREX),
    (r"strex[bh]?", Op.STREX),
    (r"ldrs?[bh]?t", Op.LDRT),
    (r"str[bh]?t", Op.STRT),
    (r"ldrs?[bh]?", Op.LDR),
    (r"str[bh]?", Op.STR),
    (r"(ldm.*|pop)", Op.LDM),
    (r"(stm.*|push)", Op.STM),
    (r"(pldw?|pli)", Op.PRELOAD),
    (r"clrex", Op.CLREX),
    (r"bl", Op.BL),
    (r"blx", Op.BLX),
    (r"bx", Op.BX),
    (rf"b({CONDITIONS})?", Op.B),
    (r"cbn?z", Op.CBZ),
    (r"tb[bh]", Op.TABLE_BRANCH),
    (r"it[te]*", Op.IT),
    (r"(nop|yield|hint|dbg|sevl|esb|csdb)", Op.NOP),
    (r"wfe", Op.WFE),
    (r"wfi", Op.WFI),
    (r"sev", Op.SEV),
    (r"cpsi[ed]", Op.CPS),
    (r"mrs.*", Op.MRS),
    (r"msr.*", Op.MSR),
    (r"svc", Op.SVC),
    (r"bkpt", Op.BKPT),
    (r"(udf|trap)", Op.UDF),
    (r"(dsb|ssbb|pssbb)", Op.DSB),
    (r"dmb", Op.DMB),
    (r"isb", Op.ISB),
    (r"vldr", Op.VLDR),
    (r"vstr", Op.VSTR),
    (r"(vldm.*|vpop|fldm.*)", Op.VLDM),
    (r"(vstm.*|vpush|fstm.*)", Op.VSTM),
    (r"vmrs", Op.VMRS),
    (r"vmsr", Op.VMSR),
    (r"(vdiv|vsqrt)", Op.FLOAT_DIVIDE),
    (r"(vn?ml[as]|vfn?m[as])", Op.FLOAT_FUSED),
    (r"v(add|sub|n?mul|abs|neg|mov|cmpe?|cvt[btr]?|rint[rzx])", Op.FLOAT),
)


def is_foreign(code: bytes, found: Any) -> bool:
    """Whether it is of ARMv8-M, of Advanced SIMD, or of another coprocessor than the FPU."""
    first, second = (int.from_bytes(code[at : at + 2], "little") for at in (0, 2))
    mnemonic: str = found.mnemonic
    if first & 0xFF00 == 0x4700 and first & 7:  # bits that should be zero, BXNS
        return True
    if len(code) > 2 and first & 0xEC00 == 0xEC00:
        if first & 0x1000 or first & 0x0300 == 0x0300 or second >> 8 & 0xE != 0xA:
            return True
        if re.search(r"\.(16|8|[isu]8|[su]16)$|vdup|f16\.[su]|\.f16$", mnemonic):
            return "vcvt" not in mnemonic
    return mnemonic.startswith(NOT_OF_ARMV7M)


def operation_of(found: Any) -> Op:
    """Return the operation of what Capstone has decoded."""
    if found.id == 0:
        return Op.UNDEFINED
    stem = found.mnemonic.split(".")[0]
    if stem == "vmov":
        return _of_vmov(found)
    if re.fullmatch(r"(lsl|lsr|asr|ror)s?", stem) and "#" not in found.op_str:
        return Op.SHIFT
    if re.fullmatch(r"ldrs?[bh]t?", stem) and found.op_str.startswith("pc"):
        return Op.PRELOAD
    return next(does for pattern, does in OPERATIONS if re.fullmatch(pattern, stem))


def _of_vmov(found: Any) -> Op:
    core = len(re.findall(r"\b(r\d+|sp|lr|pc|sb|sl|fp|ip)\b", found.op_str))
    return (Op.FLOAT, Op.VMOV_CORE, Op.VMOV_PAIR)[core]
