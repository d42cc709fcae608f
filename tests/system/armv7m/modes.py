"""Modes, privilege, the two stacks: what unprivileged code and handlers may do."""

from __future__ import annotations

from .rule import Rule

_IGNORED = "by unprivileged code is ignored"

RULES = (
    Rule("o.mrs_epsr", "B5.2.2", "MRS EPSR reads 0", 0),
    Rule("o.msr_ipsr", "B5.2.3", "MSR IPSR is ignored", 0),
    Rule("o.apsr", "B5.2.3", "MSR APSR_nzcvqg writes N, Z, C, V, Q and GE", 0xF80F_0000),
    Rule("o.msr_control", "B5.2.3", f"MSR CONTROL {_IGNORED}, MRS reads it", 1),
    Rule("o.mrs_psp", "B5.2.2", "MRS PSP by unprivileged code reads 0", 0),
    Rule("o.mrs_msp", "B5.2.2", "so does MRS MSP", 0),
    Rule("o.mrs_basepri", "B5.2.2", "so does MRS BASEPRI", 0),
    Rule("o.mrs_primask", "B5.2.2", "so does MRS PRIMASK", 0),
    Rule("o.svc", "B1.4.1", "SVC reaches a privileged handler, which may clear nPRIV", 0),
    Rule("o.msr_basepri", "B5.2.3", f"MSR BASEPRI {_IGNORED}", 0x40),
    Rule("o.msr_psp", "B5.2.3", f"MSR PSP {_IGNORED}", 0x2000_1000),
    Rule("o.cps", "B5.2.1", f"CPSID i and f, MSR PRIMASK and FAULTMASK {_IGNORED}", 0),
    Rule("o.sp_bits", "B1.4.7", "MSR PSP: bits 1 and 0 stay 0", 0),
    Rule("o.spsel", "B1.4.4", "CONTROL.SPSEL = 1: SP is PSP in Thread mode", 0),
    Rule("o.handler_on_msp", "B1.4.4", "a handler is on MSP", 1),
    Rule("o.handler_control", "B1.4.4", "SPSEL reads 0 there", 0),
    Rule("o.frame_on_psp", "B1.5.6", "the frame of Thread mode is on PSP", 0x20),
    Rule("o.nonbase.ipsr", "B1.5.8", "CCR.NONBASETHRDENA: a handler may return to Thread mode", 0),
    Rule("o.nonbase.active", "B1.5.8", "while none is active", 0),
)
