// Faults: which exception, which bits, what when it cannot be taken.
#include "rules.h"

static volatile uint32_t inside, shcsr_inside, order;
static uint32_t psp_stack[64] __attribute__((aligned(8)));

void SvcHandler(void) {
  shcsr_inside = SHCSR;
  if (inside == 1) __asm volatile("svc 1");
  if (inside == 2) __asm volatile("udf #0");
}
void Irq0Handler(void) { order = order << 4 | 1; }
void Irq1Handler(void) {
  order = order << 4 | 2;
  WRITE_SPECIAL("psp", NOWHERE);
}

#define TRY(name, code)                     \
  do {                                      \
    ATTEMPT(0, code "\n");                  \
    print_hex(name, fault.cfsr);            \
    print_hex(name ".is", fault.exception); \
  } while (0)

static void calls(void) {
  inside = 0;
  ATTEMPT(0, "svc 0\n");
  print_hex("h.svc.active", shcsr_inside & 0xFFF);
  inside = 1;
  ATTEMPT(0, "svc 0\n");
  print_hex("h.svc_in_svc", fault.exception);
  print_hex("h.svc_in_svc.hfsr", fault.hfsr);
  inside = 2;
  SHPR2 = 0x80u << 24;  // SVCall
  ATTEMPT(0, "svc 0\n");
  print_hex("h.preempts", fault.exception);
  SHPR1 = 0xC0 << 16;  // UsageFault less urgent than SVCall
  ATTEMPT(0, "svc 0\n");
  print_hex("h.not_urgent", fault.exception);
  print_hex("h.not_urgent.hfsr", fault.hfsr);
  SHPR1 = 0;
  inside = 0;
  WRITE_SPECIAL("basepri", 0x40);
  ATTEMPT(0, "svc 0\n");
  WRITE_SPECIAL("basepri", 0);
  print_hex("h.svc_masked", fault.exception);
  SHPR2 = 0;
}

static void sticky(void) {
  ATTEMPT(0, "udf #0\n");
  __asm volatile("" ::: "memory");
  print_hex("h.cleared", CFSR);
  CFSR = 0;
  resume = 0;
  MMFAR = 0x12345678;
  print_hex("h.mmfar", MMFAR);
}

// Interrupts on PSP where nothing is: the frame cannot be written, or read.
static void at_nowhere(uint32_t number, uint32_t psp) {
  forget_fault();
  order = 0;
  WRITE_SPECIAL("psp", psp);
  lost = 1;
  go_on = 0xFFFFFFFD;
  __asm volatile(
      "mov r6, sp\n adr r1, 1f\n orr r1, #1\n str r1, %0\n sub sp, #64\n mov r3, #2\n msr control, "
      "r3\n"
      "isb\n ldr r1, =0xE000E200\n str %1, [r1]\n dsb\n isb\n b 1f\n .ltorg\n .balign 4\n"
      "1: mov r3, #0\n msr control, r3\n isb\n mov sp, r6\n"
      : "=m"(resume)
      : "r"(number)
      : "r0", "r1", "r2", "r3", "r6", "r12", "lr", "memory", "cc");
  go_on = lost = 0;
}

// A vector table at the end of RAM: the vectors of the interrupts lie beyond it.
static void vectors(void) {
  uint32_t *table = (uint32_t *)0x2001FF80;
  const uint32_t *own = (const uint32_t *)0x08000000;
  for (int i = 0; i < 16; i++) table[i] = own[i];
  NVIC_ICER0 = 0xFFFFFFFF;
  NVIC_ISER0 = 1 << 16;  // exception 32
  ATTEMPT(0x2001FF80,
          "ldr r1, =0xE000ED08\n str r0, [r1]\n dsb\n ldr r1, =0xE000E200\n"
          "mov r2, #1 << 16\n str r2, [r1]\n");
  VTOR = 0x08000000;
  NVIC_ICER0 = 0xFFFFFFFF;
  print_hex("h.vecttbl", fault.hfsr);
  print_hex("h.vecttbl.is", fault.exception);
}

int main(void) {
  TRY("h.undefined", "udf #0");
  SHCSR = 7 << 16;
  TRY("h.undefined.enabled", "udf #0");
  TRY("h.nocp", "mcr p15, 0, r0, c7, c5, 0");
  TRY("h.execute_device", "ldr r1, =0x40000001\n bx r1");
  TRY("h.execute_ppb", "ldr r1, =0xE000E001\n bx r1");
  TRY("h.execute_nowhere", "ldr r1, =0x30000001\n bx r1");
  TRY("h.unaligned", "ldr r1, =0x20000002\n ldm r1, {r2, r3}");
  TRY("h.unaligned_device", "ldr r1, =0x40020001\n ldr r2, [r1]");
  CCR |= 1 << 4;
  TRY("h.divide", "mov r1, #0\n sdiv r2, r0, r1");
  CCR &= ~(1u << 4);
  ATTEMPT(0, "mov r1, #0\n mov r2, #9\n sdiv r2, r2, r1\n");
  print_hex("h.divide_untrapped", fault.taken);
  TRY("h.bkpt", "bkpt #0");
  print_hex("h.bkpt.hfsr", fault.hfsr);
  print_hex("h.bkpt.dfsr", DFSR);
  DFSR = 0x1F;
  print_hex("h.dfsr_cleared", DFSR);
  calls();
  sticky();
  NVIC_ISER0 = 3;
  at_nowhere(1, NOWHERE + 0x100);
  print_hex("h.stkerr", fault.cfsr);
  print_hex("h.stkerr.is", fault.exception);
  print_hex("h.stkerr.order", order);
  SHPR1 = 0x80 << 8;  // BusFault less urgent than the interrupt
  at_nowhere(1, NOWHERE + 0x100);
  print_hex("h.stkerr.late", fault.cfsr);
  print_hex("h.stkerr.late.order", order);
  SHPR1 = 0;
  at_nowhere(2, (uint32_t)(psp_stack + 64));
  print_hex("h.unstkerr", fault.cfsr);
  print_hex("h.unstkerr.is", fault.exception);
  print_hex("h.unstkerr.order", order);
  vectors();
  return 0;
}
