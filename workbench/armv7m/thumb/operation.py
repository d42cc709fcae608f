"""Operations of Thumb-2 code by their mnemonics, and the classes of those that are timed alike."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Classes of instructions that differ in time."""

    PROCESS = "data processing, multiplies and hints"
    DIVIDE = "divides"
    LOAD = "loads"
    STORE = "stores"
    LOAD_MULTIPLE = "loads of several words, and all of the FPU"
    STORE_MULTIPLE = "stores of several words, and all of the FPU"
    BRANCH = "branches"
    TABLE_BRANCH = "TBB and TBH"
    IT = "IT"
    FLOAT = "floating point"
    FLOAT_FUSED = "floating point: multiply and accumulate"
    FLOAT_DIVIDE = "floating point: divide and square root"
    FLOAT_MOVE_PAIR = "floating point: moves of two registers"
    SYSTEM = "system"
    BARRIER = "barriers"

    __hash__ = object.__hash__  # that of Enum hashes the name, in Python, at each look-up


class Operation(Enum):
    """What an instruction does: its mnemonic, or one name for mnemonics that differ in detail.

    The value is (name, class of time). Aliases of the assembler have the name of what they stand
    for: PUSH is STM, LSL by a number is MOV with a shift, ADR is ADD or SUB of PC.
    """

    MOV = "mov", Kind.PROCESS
    MOVT = "movt", Kind.PROCESS
    MVN = "mvn", Kind.PROCESS
    ADD = "add", Kind.PROCESS
    ADC = "adc", Kind.PROCESS
    SUB = "sub", Kind.PROCESS
    SBC = "sbc", Kind.PROCESS
    RSB = "rsb", Kind.PROCESS
    AND = "and", Kind.PROCESS
    BIC = "bic", Kind.PROCESS
    ORR = "orr", Kind.PROCESS
    ORN = "orn", Kind.PROCESS
    EOR = "eor", Kind.PROCESS
    TST = "tst", Kind.PROCESS
    TEQ = "teq", Kind.PROCESS
    CMP = "cmp", Kind.PROCESS
    CMN = "cmn", Kind.PROCESS
    SHIFT = "shift by a register", Kind.PROCESS
    PACK = "pkhbt, pkhtb", Kind.PROCESS
    EXTEND = "sxtb to uxtah", Kind.PROCESS
    REVERSE = "rev, rev16, rbit, revsh", Kind.PROCESS
    CLZ = "clz", Kind.PROCESS
    SEL = "sel", Kind.PROCESS
    SATURATE = "ssat, usat", Kind.PROCESS
    SATURATING = "qadd, qdadd, qsub, qdsub", Kind.PROCESS
    PARALLEL = "sadd16 to uhsub8", Kind.PROCESS
    EXTRACT = "sbfx, ubfx", Kind.PROCESS
    INSERT = "bfi, bfc", Kind.PROCESS
    MULTIPLY = "mul to usada8", Kind.PROCESS
    MULTIPLY_LONG = "smull to umaal", Kind.PROCESS
    SDIV = "sdiv", Kind.DIVIDE
    UDIV = "udiv", Kind.DIVIDE
    LDR = "ldr to ldrsh", Kind.LOAD
    LDRT = "ldrt to ldrsht", Kind.LOAD
    LDREX = "ldrex, ldrexb, ldrexh", Kind.LOAD
    STR = "str to strh", Kind.STORE
    STRT = "strt to strht", Kind.STORE
    STREX = "strex, strexb, strexh", Kind.STORE
    LDM = "ldm", Kind.LOAD_MULTIPLE
    LDRD = "ldrd", Kind.LOAD_MULTIPLE
    STM = "stm", Kind.STORE_MULTIPLE
    STRD = "strd", Kind.STORE_MULTIPLE
    PRELOAD = "pld, pli", Kind.PROCESS
    CLREX = "clrex", Kind.PROCESS
    B = "b", Kind.BRANCH
    BL = "bl", Kind.BRANCH
    BX = "bx", Kind.BRANCH
    BLX = "blx", Kind.BRANCH
    CBZ = "cbz, cbnz", Kind.BRANCH
    TABLE_BRANCH = "tbb, tbh", Kind.TABLE_BRANCH
    IT = "it", Kind.IT
    NOP = "nop, yield and hints that are not used", Kind.PROCESS
    WFE = "wfe", Kind.PROCESS
    WFI = "wfi", Kind.PROCESS
    SEV = "sev", Kind.PROCESS
    CPS = "cpsie, cpsid", Kind.SYSTEM
    MRS = "mrs", Kind.SYSTEM
    MSR = "msr", Kind.SYSTEM
    SVC = "svc", Kind.SYSTEM
    BKPT = "bkpt", Kind.SYSTEM
    UDF = "udf", Kind.SYSTEM
    DSB = "dsb", Kind.BARRIER
    DMB = "dmb", Kind.BARRIER
    ISB = "isb", Kind.BARRIER
    VLDR = "vldr", Kind.LOAD_MULTIPLE
    VLDM = "vldm", Kind.LOAD_MULTIPLE
    VSTR = "vstr", Kind.STORE_MULTIPLE
    VSTM = "vstm", Kind.STORE_MULTIPLE
    VMOV_PAIR = "vmov of two core registers", Kind.FLOAT_MOVE_PAIR
    VMOV_CORE = "vmov of a core register", Kind.FLOAT
    VMRS = "vmrs", Kind.FLOAT
    VMSR = "vmsr", Kind.FLOAT
    FLOAT = "vadd, vmul, vcmp, vcvt and their like", Kind.FLOAT
    FLOAT_FUSED = "vmla, vmls, vnmla, vnmls, vfma, vfms, vfnma, vfnms", Kind.FLOAT_FUSED
    FLOAT_DIVIDE = "vdiv, vsqrt", Kind.FLOAT_DIVIDE
    UNDEFINED = "undefined", Kind.SYSTEM

    __hash__ = object.__hash__

    def __init__(self, text: str, kind: Kind) -> None:
        self.text = text
        self.kind = kind
