// Code in RAM, and code that changes while it runs.
#include "testlib.h"

static uint16_t buffer[8] __attribute__((aligned(4)));

__attribute__((section(".ramcode"), noinline, long_call)) static uint32_t in_ram(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += i;
  return sum;
}

static uint32_t NOINLINE run_buffer(uint32_t immediate) {
  buffer[0] = 0x2000 | immediate;  // movs r0, #immediate
  buffer[1] = 0x4770;              // bx lr
  BARRIER();
  return ((uint32_t(*)(void))((uint32_t)buffer | 1))();
}

int main(void) {
  print_hex("sum", in_ram(100));
  uint32_t total = 0;
  for (uint32_t i = 0; i < 50; i++) total += run_buffer(i & 3);
  print_hex("total", total);
  buffer[0] = 0x3001;  // adds r0, #1
  buffer[1] = 0x3001;
  buffer[2] = 0x4770;
  BARRIER();
  print_hex("longer", ((uint32_t(*)(uint32_t))((uint32_t)buffer | 1))(40));
  return 0;
}
