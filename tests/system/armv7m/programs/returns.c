// Exception return: the checks of EXC_RETURN and of the frame, alignment, tail-chaining.
#include "rules.h"

static volatile uint32_t order, lr_seen, sp_seen;
static uint32_t psp_stack[64] __attribute__((aligned(8)));

static volatile uint32_t svc_returns_to, spoil_ipsr;
void __attribute__((used)) spoil(uint32_t *frame) {
  if (spoil_ipsr) frame[7] = (frame[7] & ~0x1FFu) | spoil_ipsr;
}
// Returns with svc_returns_to instead of what LR held.
void NAKED SvcHandler(void) {
  __asm volatile(
      "mov r0, sp\n push {r4, lr}\n bl spoil\n pop {r4, lr}\n ldr r0, =svc_returns_to\n"
      "ldr r0, [r0]\n cmp r0, #0\n it ne\n movne lr, r0\n bx lr\n .ltorg\n");
}

void Irq0Handler(void) { order = order << 4 | 1; }
void __attribute__((used)) second(uint32_t lr, uint32_t sp) {
  order = order << 4 | 2;
  lr_seen = lr;
  sp_seen = sp;
}
void NAKED Irq1Handler(void) { __asm volatile("mov r0, lr\n mov r1, sp\n b second\n"); }

static uint32_t returning(uint32_t exc_return) {
  go_on = 0xFFFFFFF9;
  svc_returns_to = exc_return;
  ATTEMPT(0, "svc 0\n");
  svc_returns_to = 0;
  go_on = 0;
  return fault.cfsr;
}

static void checks(void) {
  print_hex("e.thread_msp", returning(0xFFFFFFF9));
  print_hex("e.handler", returning(0xFFFFFFF1));
  print_hex("e.handler.lr", fault.exc_return);
  print_hex("e.handler.active", SHCSR & 0xFFF);
  WRITE_SPECIAL("psp", (uint32_t)psp_stack);
  print_hex("e.reserved_0", returning(0xFFFFFFF0));
  print_hex("e.reserved_5", returning(0xFFFFFFF5));
  print_hex("e.reserved_d_even", returning(0xFFFFFFFC));
  spoil_ipsr = 11;
  print_hex("e.thread_with_ipsr", returning(0xFFFFFFF9));
  spoil_ipsr = 0;
  print_hex("e.exception", fault.exception);
  ATTEMPT(0, "ldr r1, =0xFFFFFFF9\n bx r1\n");
  print_hex("e.in_thread", fault.cfsr);
}

// An interrupt whose handler returns to Thread mode while SVCall is active.
static volatile uint32_t nested_cfsr;
void PendSvHandler(void) {
  go_on = 0xFFFFFFF1;
  __asm volatile(
      "adr r1, 7f\n orr r1, #1\n str r1, %0\n ldr r1, =0xE000E200\n mov r2, #4\n"
      "str r2, [r1]\n dsb\n isb\n b 7f\n .ltorg\n .balign 4\n 7: nop\n"
      : "=m"(resume)::"r1", "r2", "memory");
  go_on = 0;
  nested_cfsr = fault.cfsr;
}
void NAKED Irq2Handler(void) { __asm volatile("mvn lr, #6\n bx lr\n"); }

static void frames(void) {
  uint32_t a, b, moved;
  // SP at 4 modulo 8: the frame is aligned, SP comes back.
  __asm volatile(
      "mov r4, sp\n bic r2, r4, #7\n sub r2, #4\n mov sp, r2\n mov %0, sp\n ldr r1, =0xE000E200\n "
      "mov r2, #2\n"
      "str r2, [r1]\n dsb\n isb\n mov %1, sp\n mov sp, r4\n b 1f\n .ltorg\n 1:\n"
      : "=&r"(a), "=&r"(b)::"r1", "r2", "r4", "memory");
  print_hex("e.aligned.bytes", a - sp_seen);
  print_hex("e.aligned.sp", sp_seen & 7);
  print_hex("e.aligned.back", a - b);
  CCR &= ~(1u << 9);
  BARRIER();
  __asm volatile(
      "mov r4, sp\n bic r2, r4, #7\n sub r2, #4\n mov sp, r2\n mov %0, sp\n ldr r1, =0xE000E200\n "
      "mov r2, #2\n"
      "str r2, [r1]\n dsb\n isb\n mov %1, sp\n mov sp, r4\n b 1f\n .ltorg\n 1:\n"
      : "=&r"(a), "=&r"(b)::"r1", "r2", "r4", "memory");
  moved = a - sp_seen;
  CCR |= 1u << 9;
  BARRIER();
  print_hex("e.stkalign_0.bytes", moved);
}

static void modes(void) {
  WRITE_SPECIAL("psp", (uint32_t)(psp_stack + 64));
  WRITE_SPECIAL("control", 2);
  PEND(1);
  WRITE_SPECIAL("control", 0);
  print_hex("e.psp", lr_seen);
  print_hex("e.psp.back", (uint32_t)(psp_stack + 64) - READ_SPECIAL("psp"));
  order = 0;
  NVIC_ISPR0 = 3;
  BARRIER();
  print_hex("e.tail_chain", order);
  print_hex("e.tail_chain.lr", lr_seen);
  // SPSEL and nPRIV in a handler
  print_hex("e.control_reset", control());
}

static volatile uint32_t control_after, control_nested;
void SysTickHandler(void) {
  WRITE_SPECIAL("control", 3);
  control_nested = control();
  WRITE_SPECIAL("control", 0);
}

int main(void) {
  NVIC_ISER0 = 7;
  SHCSR = 7 << 16;
  checks();
  frames();
  modes();
  ICSR = 1 << 26;
  BARRIER();
  print_hex("e.handler_spsel", control_nested);
  SHPR3 = 0xF0 << 16;
  NVIC_IPR(2) = 0x40;
  forget_fault();
  ICSR = 1 << 28;
  BARRIER();
  print_hex("e.not_base", nested_cfsr);
  return 0;
}
