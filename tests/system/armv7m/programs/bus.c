// Accesses that the bus refuses: what is precise, what is not, what a fault leaves.
#include "rules.h"

extern uint32_t stack_top;

static volatile uint32_t order;
void Irq0Handler(void) {
  *(volatile uint32_t *)NOWHERE = 1;
  BARRIER();
  order = order << 4 | 1 | (fault.taken << 8);
}

// Prints CFSR, and where the stacked PC is from the label 8 of the access on.
#define ACCESS(name, address, code)                                                             \
  do {                                                                                          \
    ATTEMPT(address, "adr r5, 8f\n mov r1, #7\n mov r2, r0\n .balign 4\n 8: " code "\n nop\n"); \
    print_hex(name, fault.cfsr);                                                                \
  } while (0)

static void stores(void) {
  ACCESS("b.load", NOWHERE, "ldr r1, [r0]");
  print_hex("b.load.bfar", fault.bfar);
  ACCESS("b.store", NOWHERE, "str r1, [r0]");
  print_hex("b.store.hfsr", fault.hfsr);
  ACCESS("b.byte", NOWHERE, "strb r1, [r0, #3]");
  ACCESS("b.multiple", NOWHERE, "stmia r0!, {r1, r2, r3}");
  ACCESS("b.double", NOWHERE, "strd r1, r2, [r0, #8]!");
  ACCESS("b.downwards", NOWHERE, "stmdb r0!, {r1, r2}");
  ACCESS("b.in_it", NOWHERE, "cmp r0, r0\n it eq\n streq r1, [r0]");
  ACCESS("b.peripherals", 0x4FFFFFF0, "str r1, [r0]");
  ACCESS("b.flash", 0x08000000, "str r1, [r0]");
  ACCESS("b.across", 0x30000FFC, "stmia r0, {r1, r2, r3}");
  SHCSR = 7 << 16;
  ACCESS("b.enabled", NOWHERE, "str r1, [r0]");
  print_hex("b.enabled.exception", fault.exception);
  ACTLR = 2;
  ACCESS("b.disdefwbuf", NOWHERE, "str r1, [r0]");
  print_hex("b.disdefwbuf.bfar", fault.bfar);
  ACCESS("b.disdefwbuf.multiple", NOWHERE, "stmdb r0!, {r1, r2}");
  ACTLR = 0;
}

// The registers behind a dropped store, and that the next instruction has not begun.
static void boundary(void) {
  uint32_t base, steps;
  forget_fault();
  __asm volatile(
      "adr r1, 9f\n orr r1, #1\n str r1, %2\n mov r2, #0\n mov r3, %3\n mov r1, #5\n dsb\n"
      "stmia r3!, {r1, r2}\n add r2, #1\n b 9f\n .balign 4\n 9: mov %0, r3\n mov %1, r2\n"
      : "=r"(base), "=r"(steps), "=m"(resume)
      : "r"(NOWHERE)
      : "r1", "r2", "r3", "memory");
  print_hex("b.writeback", base);
  print_hex("b.next", steps);
}

static void priority(void) {
  NVIC_ISER0 = 1;
  SHPR1 = 0x8000;  // BusFault
  NVIC_IPR(0) = 0x40;
  order = 0;
  forget_fault();
  __asm volatile("adr r1, 1f\n orr r1, #1\n str r1, %0\n" : "=m"(resume)::"r1");
  NVIC_ISPR0 = 1;
  BARRIER();
  __asm volatile("1: nop" ::: "memory");
  print_hex("b.held_off", order);
  print_hex("b.then", fault.taken);
  print_hex("b.then.exception", fault.exception);
  SHPR1 = 0;
}

int main(void) {
  stores();
  boundary();
  priority();
  SHCSR = 7 << 16;
  forget_fault();
  ATTEMPT(1, "ldr r2, =0xE000E100\n msr control, r0\n isb\n str r0, [r2]\n");
  print_hex("b.unprivileged", fault.cfsr);
  print_hex("b.unprivileged.bfar", fault.bfar);
  ATTEMPT(1, "ldr r2, =0xE000EF00\n mov r3, #5\n msr control, r0\n isb\n str r3, [r2]\n");
  print_hex("b.stir", fault.cfsr);
  CCR |= 2;  // USERSETMPEND
  ATTEMPT(1, "ldr r2, =0xE000EF00\n mov r3, #5\n msr control, r0\n isb\n str r3, [r2]\n svc 0\n");
  print_hex("b.stir.allowed", fault.cfsr);
  print_hex("b.stir.pending", NVIC_ISPR0);
  NVIC_ICPR0 = 0xFFFFFFFF;
  return 0;
}

void SvcHandler(void) { WRITE_SPECIAL("control", control() & ~1u); }
