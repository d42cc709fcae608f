// A program to debug: a loop with a call, a timer's handler, a fault, and sleep. No semihosting,
// so that it runs on either engine.
#include "../engine/firmware/testlib.h"

#ifndef ANSWER
#define ANSWER 42
#endif

volatile uint32_t answer = ANSWER;
volatile uint32_t ticks, total, seen;

void SysTickHandler(void) {
  ticks++;
  if (ticks == 3) SYST_CSR = 0;
}

uint32_t NOINLINE square(uint32_t n) {
  const uint32_t product = n * n;
  total = total + product;
  return product;
}

uint32_t NOINLINE sum_of_squares(uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    sum += square(i);
  }
  return sum;
}

void NOINLINE crash(void) { __asm volatile("udf #7"); }

void UsageFaultHandler(void) {
  for (;;) __asm volatile("wfi");
}

int main(void) {
  CPACR = 0xF << 20;
  SHCSR = 7 << 16;
  BARRIER();
  sum_of_squares(10);
  seen = total;
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  while (ticks < 3) __asm volatile("wfi");
  if (answer == 0) crash();
  if (answer == 1) {
    __asm volatile("bkpt #3");
    seen = 0xB;
  }
  for (;;) __asm volatile("wfi");
}
