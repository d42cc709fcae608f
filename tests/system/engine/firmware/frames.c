// The stacked frame: contents, alignment, EXC_RETURN; lazy floating-point context.
#include "testlib.h"

static volatile uint32_t frame_copy[8], exc_return, stack_before, frame_address;
static volatile float handler_result;

void NAKED SvcHandler(void) {
  __asm volatile(
      "mov r0, lr\n"
      "mrs r1, msp\n"
      "b record\n");
}

void __attribute__((used)) record(uint32_t lr, uint32_t *frame) {
  exc_return = lr;
  frame_address = (uint32_t)frame;
  for (int i = 0; i < 8; i++) frame_copy[i] = frame[i];
}

static uint32_t NOINLINE call_with_stack_offset(uint32_t words) {
  uint32_t before, after;
  __asm volatile(
      "mov r4, sp\n"
      "sub sp, sp, %2, lsl #2\n"
      "mov %0, sp\n"
      "movs r0, #0x11\n"
      "movs r1, #0x22\n"
      "movs r2, #0x33\n"
      "movs r3, #0x44\n"
      "mov r12, #0x55\n"
      "svc 7\n"
      "mov %1, sp\n"
      "mov sp, r4\n"
      : "=&r"(before), "=&r"(after)
      : "r"(words)
      : "r0", "r1", "r2", "r3", "r4", "r12", "lr", "memory");
  stack_before = before;
  return after - before;
}

static void show(void) {
  for (int i = 0; i < 5; i++) print_hex("frame", frame_copy[i]);
  print_hex("xpsr", frame_copy[7]);
  print_hex("exc_return", exc_return);
  print_hex("moved", stack_before - frame_address);
}

void Irq0Handler(void) {
  float x = handler_result;
  print_hex("lspact before", FPCCR & 1);
  x = x * 3.0f + 1.0f;
  handler_result = x;
  __asm volatile("vmov s1, %0\n vmov s15, %0" ::"r"(0xDEADBEEF) : "s1", "s15");
  print_hex("lspact after", FPCCR & 1);
  print_hex("fpca", control() & 4);
}

void Irq1Handler(void) {  // touches no floating-point register
  print_hex("lspact untouched", FPCCR & 1);
}

static void fill(uint32_t seed) {
  __asm volatile(
      "vmov s0, %0\n add %0, #1\n vmov s1, %0\n add %0, #1\n vmov s15, %0\n add %0, #1\n"
      "vmov s16, %0\n add %0, #1\n vmov s31, %0\n"
      : "+r"(seed)::"s0", "s1", "s15", "s16", "s31");
}

static uint32_t NOINLINE sum_and_pend(uint32_t irqs) {
  uint32_t total = 0, part;
  fill(0x3F800000);
  NVIC_ISPR0 = irqs;
  BARRIER();
  __asm volatile("vmov %0, s0" : "=r"(part));
  total += part;
  __asm volatile("vmov %0, s1" : "=r"(part));
  total += 3 * part;
  __asm volatile("vmov %0, s15" : "=r"(part));
  total += 5 * part;
  __asm volatile("vmov %0, s16" : "=r"(part));
  total += 7 * part;
  __asm volatile("vmov %0, s31" : "=r"(part));
  return total + 9 * part;
}

int main(void) {
  print_hex("return moves sp by", call_with_stack_offset(2));
  show();
  print_hex("return moves sp by", call_with_stack_offset(3));
  show();

  CPACR = 0xF << 20;
  BARRIER();
  print_hex("fpccr", FPCCR & 0xC0000000);
  NVIC_ISER0 = 3;
  handler_result = 2.0f;
  print_hex("kept", sum_and_pend(1) == sum_and_pend(0));
  print_hex("kept", sum_and_pend(2) == sum_and_pend(0));
  print_hex("kept", sum_and_pend(3) == sum_and_pend(0));
  print_hex("handler", (uint32_t)handler_result);
  print_hex("fpca in thread", control() & 4);
  __asm volatile("svc 1");
  print_hex("extended exc_return", exc_return);

  FPCCR &= ~(1u << 30);  // no lazy stacking
  print_hex("kept, eager", sum_and_pend(3) == sum_and_pend(0));
  return 0;
}
