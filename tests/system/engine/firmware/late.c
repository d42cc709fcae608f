// Accesses that must be aligned, aligned a thousand times and then not: they fault all the same.
#include "testlib.h"

static uint32_t words[8] __attribute__((aligned(8)));
static volatile uint32_t faults;

void __attribute__((used)) report(uint32_t *frame) {
  faults++;
  print_hex("cfsr", CFSR);
  CFSR = CFSR;
  frame[6] += (*(uint16_t *)frame[6] >> 11) >= 0x1D ? 4 : 2;
  frame[7] &= ~0x0600FC00u;  // out of any IT block
}

void NAKED UsageFaultHandler(void) { __asm volatile("mov r0, sp\n b report\n"); }

#define UNUSED __attribute__((unused))

// A function of a base and of a pointer to it that executes `code` with r0 and r1 being these.
#define FUNCTION(name, code)                                                    \
  static NAKED void name(uint32_t *base UNUSED, uint32_t **pointer UNUSED) {    \
    __asm volatile("push {r4, r5, r6, lr}\n" code "\n pop {r4, r5, r6, pc}\n"); \
  }

FUNCTION(pair, "ldrd r2, r3, [r0]")
FUNCTION(store_pair, "strd r2, r3, [r0, #8]!")
FUNCTION(several, "ldm r0!, {r2, r3, r4}")
FUNCTION(store_several, "stmdb r0, {r2, r3}")
FUNCTION(of_float, "vldr s0, [r0, #4]")
FUNCTION(several_of_float, "vldmia r0!, {s0, s1}")
FUNCTION(moved, "mov r4, r0\n adds r4, #4\n ldrd r2, r3, [r4]")
FUNCTION(indexed, "movs r4, #1\n add.w r5, r0, r4, lsl #2\n ldrd r2, r3, [r5]")
FUNCTION(loaded, "ldr r4, [r1]\n ldrd r2, r3, [r4]")
FUNCTION(second, "mov r4, sp\n ldrd r2, r3, [r4]\n ldm r0, {r2, r3}")
FUNCTION(taken, "cmp r0, r0\n it eq\n ldrdeq r2, r3, [r0]")
FUNCTION(not_taken, "cmp r0, r0\n ite ne\n ldrdne r2, r3, [r0]\n moveq r2, #0")

static NOINLINE void try_out(const char *name, void (*function)(uint32_t *, uint32_t **)) {
  uint32_t *base = words + 2;
  for (int i = 0; i < 1000; i++) function(base, &base);
  print(name);
  faults = 0;
  for (int odd = 1; odd < 4; odd++) {
    base = (uint32_t *)((uint32_t)(words + 2) + odd);
    function(base, &base);
  }
  base = words + 2;
  function(base, &base);
  print_hex("faults", faults);
}

#define TRY(name) try_out(#name "\n", name)

int main(void) {
  CPACR |= 0xF << 20;
  SHCSR |= 1 << 18;
  BARRIER();
  TRY(pair);
  TRY(store_pair);
  TRY(several);
  TRY(store_several);
  TRY(of_float);
  TRY(several_of_float);
  TRY(moved);
  TRY(indexed);
  TRY(loaded);
  TRY(second);
  TRY(taken);
  TRY(not_taken);
  return 0;
}
