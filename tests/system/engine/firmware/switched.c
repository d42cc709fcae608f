// Traps that are switched on and off hold from the next instruction on, within one stretch of code.
#include "testlib.h"

#define TRAPS (1 << 3 | 1 << 4)  // CCR: UNALIGN_TRP, DIV_0_TRP

static volatile uint32_t words[4];

void __attribute__((used)) report(uint32_t *frame) {
  print_hex("cfsr", CFSR);
  print_hex("steps", frame[0]);
  CFSR = CFSR;
  frame[6] += 4;  // all that trap here are 32 bits wide
}

void NAKED UsageFaultHandler(void) { __asm volatile("mov r0, sp\n b report\n"); }

// Runs `code` with r1 = CCR, r2 = its value with the traps, r3 = 0, r12 = an odd address.
#define TRY(code)                                               \
  do {                                                          \
    uint32_t steps;                                             \
    CCR &= ~TRAPS;                                              \
    BARRIER();                                                  \
    __asm volatile(                                             \
        "movs r0, #0\n mov r1, %1\n mov r2, %2\n mov r3, #0\n"  \
        "mov r12, %3\n" code "\n mov %0, r0\n b 1f\n 1: isb\n"  \
        : "=&r"(steps)                                          \
        : "r"(&CCR), "r"(CCR | TRAPS), "r"((uint32_t)words + 1) \
        : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory"); \
    print_hex("done", steps);                                   \
  } while (0)

#define ON "adds r0, #1\n str r2, [r1]\n"
#define OFF "bic r2, #0x18\n str r2, [r1]\n"
#define DIVIDE "sdiv lr, r2, r3\n adds r0, #16\n"
#define UNALIGNED "ldr.w lr, [r12]\n adds r0, #16\n"

// Only where the host sends the core here: QEMU takes note of CPACR later.
void __attribute__((used)) float_off(void) {
  CPACR |= 0xFu << 20;
  BARRIER();
  __asm volatile("str %1, [%0]\n float_behind: vmov s0, s1\n" ::"r"(&CPACR), "r"(0));
}

int main(void) {
  SHCSR |= 1 << 18;
  TRY(DIVIDE UNALIGNED);
  TRY(DIVIDE ON DIVIDE);
  TRY(UNALIGNED ON UNALIGNED);
  TRY(ON DIVIDE OFF DIVIDE);
  TRY(ON UNALIGNED OFF UNALIGNED);
  TRY(ON OFF DIVIDE UNALIGNED);
  return 0;
}
