// Accesses of every width and kind to one array, for watchpoints; each on a labelled instruction.
#include "testlib.h"

uint32_t watched[4];  // and neighbours that are not watched
const uint32_t constant[2] = {0x1234, 0x5678};
uint32_t result;

// Behind each instruction that accesses watched[1] lies a label, in this order.
#define UNUSED __attribute__((unused))
void NAKED NOINLINE accesses(UNUSED uint32_t *base, UNUSED const uint32_t *in_flash) {
  __asm volatile(
      "push {r4, r5, r6, lr}\n"
      "movs r2, #1\n"
      "str r2, [r0]\n"      // a neighbour
      "str r2, [r0, #4]\n"  // writes
      ".global after_word\n after_word:\n"
      "strb r2, [r0, #6]\n"
      ".global after_byte\n after_byte:\n"
      "ldr r3, [r0, #8]\n"  // a neighbour
      "strd r2, r2, [r0]\n"
      ".global after_pair\n after_pair:\n"
      "ldr r3, [r0, #4]\n"  // reads
      ".global after_load\n after_load:\n"
      "ldrh r3, [r0, #5]\n"
      ".global after_unaligned\n after_unaligned:\n"
      "ldm r0, {r3, r4, r5}\n"
      ".global after_multiple\n after_multiple:\n"
      "cmp r2, #1\n"
      "itett eq\n"
      "streq r3, [r0, #4]\n"  // a write in an IT block
      ".global after_conditional\n after_conditional:\n"
      "strne r3, [r0, #4]\n"
      "ldreq r6, [r0, #4]\n"
      ".global after_conditional_load\n after_conditional_load:\n"
      "addeq r6, #1\n"
      "ldr r3, [r1]\n"
      ".global after_constant\n after_constant:\n"
      "ldr r1, =result\n"
      "str r6, [r1]\n"
      "pop {r4, r5, r6, pc}\n"
      ".ltorg\n");
}

int main(void) {
  accesses(watched, constant);
  print_hex("result", result);
  return 0;
}
