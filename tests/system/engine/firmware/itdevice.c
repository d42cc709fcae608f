// Accesses to devices from IT blocks: what follows the block must not be conditional any more.
#include "testlib.h"

#define DEVICE 0xE000E014u  // SysTick reload value: a device that keeps 24 bits

static uint32_t last_of_block(void) {
  uint32_t result;
  __asm volatile(
      "movs r0, #0\n"
      "ldr r1, =0xE000E014\n"
      "cmp r0, #0\n"
      "it eq\n"
      "ldreq r2, [r1]\n"
      "cmp r0, #1\n"  // not equal from here on
      "mov r3, #7\n"
      "mov %0, r3\n"
      : "=r"(result)
      :
      : "r0", "r1", "r2", "r3", "cc");
  return result;
}

static uint32_t middle_of_block(uint32_t select) {
  uint32_t result;
  __asm volatile(
      "ldr r1, =0xE000E014\n"
      "mov r2, #0xF0\n"
      "mov r3, #0\n"
      "cmp %1, #1\n"
      "itete eq\n"
      "ldreq r3, [r1]\n"
      "ldrne r2, [r1]\n"
      "biceq r0, r3, #0xF\n"
      "bicne r0, r2, #0xFF\n"
      "uxth r0, r0\n"
      "clz r0, r0\n"
      "lsr %0, r0, #2\n"
      : "=r"(result)
      : "r"(select)
      : "r0", "r1", "r2", "r3", "cc");
  return result;
}

static uint32_t store_in_block(void) {
  uint32_t result;
  __asm volatile(
      "ldr r1, =0xE000E014\n"
      "movs r0, #0x55\n"
      "cmp r0, #0x55\n"
      "itt eq\n"
      "streq r0, [r1]\n"
      "addeq r0, r0, #1\n"
      "cmp r0, #0\n"
      "add r0, r0, #1\n"
      "b 1f\n"
      "1: add %0, r0, #1\n"
      : "=r"(result)
      :
      : "r0", "r1", "cc");
  return result;
}

int main(void) {
  *(volatile uint32_t *)DEVICE = 0x123456;
  print_hex("last", last_of_block());
  print_hex("taken", middle_of_block(1));
  print_hex("other", middle_of_block(0));
  print_hex("store", store_in_block());
  print_hex("stored", *(volatile uint32_t *)DEVICE);
  return 0;
}
