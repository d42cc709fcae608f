// A fixed amount of work with branches, calls, IT blocks and interrupts from a busy timer.
#include "testlib.h"

static volatile uint32_t ticks;
static uint32_t table[64];

void SysTickHandler(void) { ticks++; }

static uint32_t NOINLINE mix(uint32_t value) {
  uint32_t result = value & 1 ? value * 3 + 1 : value / 2;
  if (result > 1000) result -= 999;
  return result;
}

static int NOINLINE clamp(int value) {
  int result;
  __asm volatile(
      "cmp %1, #10\n ittee gt\n movgt %0, #10\n addgt %0, #1\n movle %0, %1\n addle %0, #2\n"
      : "=&r"(result)
      : "r"(value)
      : "cc");
  return result;
}

int main(void) {
  SYST_RVR = 1679;
  SYST_CVR = 0;
  SYST_CSR = 7;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 300; i++) {
    table[i % 64] += mix(i);
    sum += table[(i * 7) % 64] + clamp((int)(i % 20));
  }
  SYST_CSR = 0;
  print_hex("sum", sum);
  return 0;
}
