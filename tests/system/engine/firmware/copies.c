// Copies words with LDM, again and again.
#include "testlib.h"

static uint32_t from[4] = {1, 2, 3, 4};
static uint32_t sum;

void NOINLINE copy(const uint32_t *source) {
  uint32_t a, b;
  __asm volatile("ldm %2, {%0, %1}" : "=l"(a), "=l"(b) : "l"(source) : "memory");
  sum += a + b;
}

int main(void) {
  for (int i = 0; i < 2000; i++) copy(from);
  print_hex("sum", sum);
  return 0;
}
