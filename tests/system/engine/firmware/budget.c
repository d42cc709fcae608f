// Firmware of another kind than ours: a known stack, a function that is called thrice, a heap.
#include "testlib.h"

static volatile uint32_t sink;
extern uint32_t bss_end;

uint32_t NOINLINE deep(uint32_t n) {
  volatile uint8_t local[1024];
  local[0] = (uint8_t)n;
  local[1023] = 1;
  return local[0] + local[1023];
}
uint32_t NOINLINE thrice(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += i * sink;
  return sum;
}
#ifdef WITH_HEAP
void *__attribute__((used)) _sbrk(int bytes) {
  for (int i = 0; i < bytes / 4; i++) (&bss_end)[i] = 0;
  return &bss_end;
}
#else
static void _sbrk(int bytes) { (void)bytes; }
#endif

int main(void) {
  sink = 3;
  _sbrk(2048);
  thrice(10);
  thrice(100);
  thrice(20);
  sink = deep(1);
  return 0;
}
