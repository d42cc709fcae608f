// The floating-point context: CONTROL.FPCA, FPDSCR, the extended frame, lazy preservation.
#include "rules.h"

static volatile uint32_t exc_return, fpccr, fpccr_after, fpcar, frame, s0_stacked, s0_stacked_after,
    control_inside, uses_float;

void __attribute__((used)) look(volatile uint32_t *sp, uint32_t lr) {
  exc_return = lr;
  fpccr = FPCCR;
  fpcar = FPCAR;
  frame = (uint32_t)sp;
  control_inside = control();
  s0_stacked = sp[8];
  if (uses_float) __asm volatile("vmov.f32 s0, #2.0\n vmov.f32 s15, #2.0\n" ::: "s0", "s15");
  fpccr_after = FPCCR;
  s0_stacked_after = sp[8];
}
void NAKED Irq0Handler(void) { __asm volatile("mov r0, sp\n mov r1, lr\n b look\n"); }

static void end_context(void) { WRITE_SPECIAL("control", READ_SPECIAL("control") & ~4u); }

// Interrupt 0 while s0 = 1.0 and s15 = 3.0; the word where s0 goes was 0 before.
static uint32_t s0_after, s15_after, fpscr_after, sp_before;
static void interrupted(uint32_t use) {
  uses_float = use;
  __asm volatile(
      "sub sp, #128\n mov r1, #0\n add r2, sp, #128\n 1: str r1, [r2, #-4]!\n cmp r2, sp\n bne 1b\n"
      "add sp, #128\n mov %3, sp\n vmov.f32 s0, #1.0\n vmov.f32 s15, #3.0\n"
      "mov r1, #0x00400000\n vmsr fpscr, r1\n"
      "ldr r2, =0xE000E200\n mov r1, #1\n str r1, [r2]\n dsb\n isb\n"
      "vmov %0, s0\n vmov %1, s15\n vmrs %2, fpscr\n b 2f\n .ltorg\n 2:\n"
      : "=&r"(s0_after), "=&r"(s15_after), "=&r"(fpscr_after), "=&r"(sp_before)
      :
      : "r1", "r2", "s0", "s15", "memory", "cc");
}

static void context(void) {
  end_context();
  print_hex("f.begin", control());
  __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
  print_hex("f.fpca", control());
  FPDSCR = 0xFFFFFFFF;
  print_hex("f.fpdscr", FPDSCR);
  FPDSCR = 0x03000000;
  uint32_t fpscr;
  WRITE_SPECIAL("control", 4);
  __asm volatile("mov r1, #0\n vmsr fpscr, r1" ::: "r1");
  __asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  print_hex("f.same_context", fpscr);
  end_context();
  __asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  print_hex("f.new_context", fpscr);
  print_hex("f.new_context.fpca", control());
  FPDSCR = 0;
  FPCCR = 0x40000000;
  BARRIER();
  end_context();
  __asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  print_hex("f.aspen_0", fpscr);
  print_hex("f.aspen_0.fpca", control());
  FPCCR = 0xC0000000;
  BARRIER();
  __asm volatile("mov r1, #0\n vmsr fpscr, r1" ::: "r1");
}

static void frames(void) {
  end_context();
  PEND(0);
  print_hex("f.basic", exc_return);
  interrupted(0);
  print_hex("f.extended", exc_return);
  print_hex("f.extended.bytes", (sp_before & ~7u) - frame);
  print_hex("f.handler", control_inside);
  print_hex("f.lazy.fpcar", fpcar - frame);
  print_hex("f.lazy.fpccr", fpccr);
  print_hex("f.lazy.stacked", s0_stacked);
  print_hex("f.lazy.unused", fpccr_after & 1);
  print_hex("f.lazy.returned", FPCCR & 1);
  print_hex("f.returned", control());
  interrupted(1);
  print_hex("f.used.lspact", fpccr_after & 1);
  print_hex("f.used.stacked", s0_stacked_after);
  print_hex("f.used.s0", s0_after);
  print_hex("f.used.s15", s15_after);
  print_hex("f.used.fpscr", fpscr_after);
  FPCCR = 0x80000000;
  BARRIER();
  interrupted(1);
  print_hex("f.lspen_0.lspact", fpccr & 1);
  print_hex("f.lspen_0.stacked", s0_stacked);
  print_hex("f.lspen_0.s0", s0_after);
  FPCCR = 0xC0000000;
  BARRIER();
}

static void access(void) {
  CPACR = 0xFFFFFFFF;
  print_hex("f.cpacr", CPACR);
  CPACR = 0;
  BARRIER();
  ATTEMPT(0, "vmov s0, r0\n");
  print_hex("f.off", fault.cfsr);
  CPACR = 5 << 20;
  BARRIER();
  ATTEMPT(0, "vmov s0, r0\n");
  print_hex("f.privileged", fault.cfsr);
  ATTEMPT(1, "msr control, r0\n isb\n vmov s0, r0\n");
  print_hex("f.unprivileged", fault.cfsr);
}

int main(void) {
  NVIC_ISER0 = 1;
  CPACR = 0xF << 20;
  BARRIER();
  context();
  frames();
  access();
  return 0;
}
