/*
 * A firmware whose instructions can be counted by hand: see test_insn_count.py.
 * Vector table first, then a loop that calls `work` for ever.
 */
    .syntax unified
    .cpu cortex-m4
    .thumb

    .section .vectors, "a"
    .word 0x20010000 /* initial MSP: 64 KiB into SRAM1 */
    .word Reset_Handler
    .word Unexpected_Handler /* NMI */
    .word Unexpected_Handler /* HardFault */

    .text
    .global Reset_Handler
    .type Reset_Handler, %function
Reset_Handler:
    movs r4, #0
call_work:
    bl work
    .global after_work
after_work:
    adds r4, #1
    b call_work

    /* movs, 10 x (cmp, subs, bne), it and its four, bx: 37 instructions, four condition-failed. */
    .global work
    .type work, %function
work:
    movs r0, #10
countdown:
    cmp r0, #0
    subs r0, #1
    bne countdown
    itttt ne /* Z is set: the next four issue, and their condition fails */
    addne r1, #1
    addne r1, #1
    addne r1, #1
    addne r1, #1
    bx lr

    .type Unexpected_Handler, %function
Unexpected_Handler:
    b Unexpected_Handler
