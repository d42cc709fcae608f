// EPSR.T: who clears it, and what comes of that.
#include "rules.h"

static volatile uint32_t called;
void Irq0Handler(void) { called++; }
void __attribute__((used, noinline)) target(void) { called++; }

// Stores to a device register (NVIC_ICPR0), then jumps to `target` without bit 0 by `jump`.
#define JUMP(name, jump)                                                                       \
  do {                                                                                         \
    called = 0;                                                                                \
    ATTEMPT((uint32_t)target & ~1u,                                                            \
            "ldr r2, =0xE000E280\n mov r3, #1\n b 1f\n .ltorg\n 1: str r3, [r2]\n" jump "\n"); \
    print_hex(name, fault.cfsr | called);                                                      \
  } while (0)

// The handler returns to a frame whose xPSR has T clear.
static volatile uint32_t frame_t_clear, exc_return_even;
void __attribute__((used)) spoil(uint32_t *frame) {
  if (frame_t_clear) frame[7] &= ~(1u << 24);
  frame_t_clear = 0;
}
void NAKED SvcHandler(void) {
  __asm volatile("push {r4, lr}\n add r0, sp, #8\n bl spoil\n pop {r4, pc}\n");
}
void NAKED PendSvHandler(void) { __asm volatile("bic lr, #1\n bx lr\n"); }

static void vector(const char *name, const char *pc, uint32_t value) {
  use_ram_vectors();
  ram_vectors[16] = value;
  NVIC_ISER0 = 1;
  called = 0;
  ATTEMPT(1, "ldr r2, =0xE000E200\n str r0, [r2]\n");
  print_hex(name, fault.cfsr | called);
  print_hex(pc, fault.pc - (value & ~1u));
}

int main(void) {
  JUMP("t.bx", "bx r0\n");
  print_hex("t.bx.pc", fault.pc - ((uint32_t)target & ~1u));
  print_hex("t.bx.hfsr", fault.hfsr);
  JUMP("t.blx", "blx r0\n");
  print_hex("t.blx.lr", fault.lr & 1);
  JUMP("t.pop", "push {r0}\n pop {pc}\n");
  JUMP("t.ldr", "push {r0}\n ldr pc, [sp], #4\n");
  JUMP("t.ldm", "mov r4, sp\n push {r0}\n ldmdb r4, {pc}\n");
  SHCSR = 7 << 16;
  JUMP("t.enabled", "bx r0\n");
  print_hex("t.enabled.exception", fault.exception);
  print_hex("t.enabled.hfsr", fault.hfsr);
  frame_t_clear = 1;
  ATTEMPT(0, "svc 0\n");
  print_hex("t.stacked", fault.cfsr);
  go_on = 0xFFFFFFF9;
  ATTEMPT(0, "ldr r2, =0xE000ED04\n mov r3, #1 << 28\n str r3, [r2]\n");
  go_on = 0;
  print_hex("t.exc_return", fault.cfsr);
  vector("t.vector", "t.vector.pc", (uint32_t)target & ~1u);
  print_hex("t.vector.xpsr", fault.xpsr & 0x010001FF);
  print_hex("t.vector.exc_return", fault.exc_return);
  print_hex("t.vector.lr", fault.lr);
  vector("t.vector_0", "t.vector_0.pc", 0);
  NVIC_ICER0 = 1;
  VTOR = 0x08000064;
  print_hex("t.vtor", VTOR);
  return 0;
}
