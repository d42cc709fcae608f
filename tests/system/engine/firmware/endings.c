// Ways to stop; the host jumps to one of these functions.
#include "testlib.h"

volatile uint32_t kept __attribute__((section(".noinit")));
volatile uint32_t counter;

void sleep_for_good(void) {
  for (;;) __asm volatile("wfi");
}

void spin(void) {
  for (;;) counter++;
}

void ask_for_reset(void) {
  kept = 0x12345678;
  AIRCR = 0x05FA0004;
  for (;;) {
  }
}

void lock_up(void) { __asm volatile("cpsid f\n udf #0"); }

void write_flash(void) { REG(0x08001000) = 1; }

void overflow_stack(void) { __asm volatile("mov sp, %0\n push {r0-r3}" ::"r"(0x20000008)); }

void breakpoint(void) { __asm volatile("bkpt 1"); }

void bad_vector_table(void) {
  VTOR = 0x30000000;
  __asm volatile("svc 0");
}

int main(void) {
  print("ready\n");
  sleep_for_good();
  return 0;
}
