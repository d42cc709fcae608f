// What the programs of the rules share: a fault is noted, and execution goes on at a label.
#pragma once
#include "testlib.h"

#define DEMCR REG(0xE000EDFC)
#define DFSR REG(0xE000ED30)
#define MPU_CTRL REG(0xE000ED94)
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define FPDSCR REG(0xE000EF3C)
#define NOWHERE 0x30000000u  // nothing answers there, on no part

// What a fault left: the status registers, the frame, EXC_RETURN.
typedef struct {
  uint32_t taken, exception, cfsr, hfsr, bfar, mmfar, r0, lr, pc, xpsr, exc_return;
} Fault;

extern volatile Fault fault;       // the last one that was taken; `taken` counts them
extern volatile uint32_t resume;   // where a handler of faults goes on
extern volatile uint32_t lost;     // not 0: PSP leads nowhere, it gets another frame
extern volatile uint32_t opens;    // not 0: a handler of faults turns the MPU off first
extern volatile uint32_t go_on;    // with this EXC_RETURN, 0: that in LR
extern uint32_t ram_vectors[128];  // to be filled by use_ram_vectors

void forget_fault(void);
void use_ram_vectors(void);

// Executes `code` with r0 = value; a fault in it goes on behind it, with SP as before. A fault in
// a handler ends that handler, a fault of unprivileged code its lack of privilege.
#define ATTEMPT(value, code)                                                                \
  do {                                                                                      \
    forget_fault();                                                                         \
    __asm volatile(                                                                         \
        "mov r0, %1\n mov r6, sp\n adr r1, 9f\n orr r1, #1\n str r1, %0\n dsb\n isb\n" code \
        "\n dsb\n isb\n b 9f\n .ltorg\n .balign 4\n 9: mov sp, r6\n"                        \
        : "=m"(resume)                                                                      \
        : "r"(value)                                                                        \
        : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r12", "lr", "memory", "cc");           \
  } while (0)

#define READ_SPECIAL(name)                          \
  ({                                                \
    uint32_t value_;                                \
    __asm volatile("mrs %0, " name : "=r"(value_)); \
    value_;                                         \
  })
#define WRITE_SPECIAL(name, value) __asm volatile("msr " name ", %0\n isb" ::"r"(value) : "memory")
#define PEND(number)             \
  do {                           \
    NVIC_ISPR0 = 1u << (number); \
    BARRIER();                   \
  } while (0)
