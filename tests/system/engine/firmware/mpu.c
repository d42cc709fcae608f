// Memory protection: no access, read only, a 32-byte guard inside a page, execute never,
// and what unprivileged code may do.
#include "testlib.h"

#define MPU_CTRL REG(0xE000ED94)
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)

static uint32_t area[2048] __attribute__((aligned(4096)));
static volatile uint32_t resume_at;

void __attribute__((used)) report(uint32_t *frame) {
  print_hex("  fault", ipsr());
  print_hex("  cfsr", CFSR);
  if (CFSR & 0x80) print_hex("  offset", MMFAR - (uint32_t)area);
  CFSR = CFSR;
  frame[6] = resume_at;
}

void NAKED MemManageHandler(void) {
  __asm volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n b report\n");
}
void NAKED BusFaultHandler(void) { __asm volatile("b MemManageHandler\n"); }

void NAKED SvcHandler(void) {  // back to privileged
  __asm volatile("mrs r0, control\n bic r0, #1\n msr control, r0\n isb\n bx lr\n");
}

static void region(uint32_t n, uint32_t base, uint32_t log2_size, uint32_t access, uint32_t xn) {
  MPU_RNR = n;
  MPU_RBAR = base;
  MPU_RASR = xn << 28 | access << 24 | (log2_size - 1) << 1 | 1;
  BARRIER();
}

static void NOINLINE try_read(const char *what, uint32_t address) {
  uint32_t value = 0x5A5A5A5A;
  print(what);
  __asm volatile("adr r1, 1f\n orr r1, #1\n str r1, %1\n ldr %0, [%2]\n .balign 4\n 1: nop\n"
                 : "+r"(value), "=m"(resume_at)
                 : "r"(address)
                 : "r1", "memory");
  print_hex("  value", value);
}

static void NOINLINE try_write(const char *what, uint32_t address, uint32_t value) {
  print(what);
  __asm volatile("adr r1, 1f\n orr r1, #1\n str r1, %0\n str %1, [%2]\n .balign 4\n 1: nop\n"
                 : "=m"(resume_at)
                 : "r"(value), "r"(address)
                 : "r1", "memory");
}

int main(void) {
  uint32_t base = (uint32_t)area;
  SHCSR = 7 << 16;
  for (uint32_t i = 0; i < 2048; i++) area[i] = i;
  region(0, base, 12, 0, 0);  // first page: nothing
  MPU_CTRL = 5;               // with the default map for privileged code
  BARRIER();
  try_read("no access\n", base + 8);
  try_read("no access, again\n", base + 8);
  try_write("no write\n", base + 16, 1);
  try_read("next page\n", base + 4096);
  region(0, base, 12, 6, 0);  // read only
  try_read("read only\n", base + 8);
  try_write("read only\n", base + 12, 99);
  try_read("unchanged\n", base + 12);
  region(0, base + 4096 + 64, 5, 0, 0);  // a guard of 32 bytes
  try_read("below the guard\n", base + 4096 + 60);
  try_read("guard\n", base + 4096 + 64);
  try_write("guard\n", base + 4096 + 92, 1);
  try_write("above the guard\n", base + 4096 + 96, 77);
  try_read("above the guard\n", base + 4096 + 96);

  // Normal memory beside the guard takes unaligned accesses, as any.
  try_write("unaligned\n", base + 4096 + 97, 0x11223344);
  try_read("unaligned\n", base + 4096 + 97);
  try_read("the word below\n", base + 4096 + 96);
  try_read("unaligned, from the page below\n", base + 4096 - 2);
  region(0, base, 12, 3, 0);
  try_write("unaligned, from the page below\n", base + 4096 - 3, 0x99AABBCC);
  try_read("end of the page below\n", base + 4096 - 4);
  try_read("start of the page\n", base + 4096);
  try_read("unaligned, from the page below\n", base + 4096 - 1);

  print("execute never\n");
  region(0, base, 12, 3, 1);
  area[0] = 0x47704770;
  BARRIER();
  __asm volatile(
      "adr r1, 1f\n orr r1, #1\n str r1, %0\n orr r2, %1, #1\n blx r2\n .balign 4\n 1: nop\n"
      : "=m"(resume_at)
      : "r"(base)
      : "r1", "r2", "lr", "memory");

  print("unprivileged\n");
  region(0, base, 12, 2, 0);         // unprivileged may read
  region(1, 0x08000000, 20, 6, 0);   // flash
  region(2, 0x20004000, 14, 3, 1);   // stack
  region(3, base + 4096, 12, 1, 1);  // privileged only
  resume_at = 0;
  region(4, (uint32_t)&resume_at & ~31u, 5, 3, 1);
  __asm volatile("msr control, %0\n isb" ::"r"(1));
  uint32_t one, two = 0x5A5A5A5A;
  __asm volatile("ldr %0, [%1]" : "=r"(one) : "r"(base + 8));
  __asm volatile("adr r1, 1f\n orr r1, #1\n str r1, %1\n ldr %0, [%2]\n .balign 4\n 1: nop\n"
                 : "+r"(two), "=m"(resume_at)
                 : "r"(base + 4096)
                 : "r1", "memory");
  __asm volatile("cpsid i");  // without effect
  __asm volatile("svc 0" ::: "r0");
  uint32_t primask;
  __asm volatile("mrs %0, primask" : "=r"(primask));
  print_hex("read", one);
  print_hex("kept", two);
  print_hex("primask", primask);
  MPU_CTRL = 0;
  BARRIER();
  try_read("off\n", base + 4096);
  return 0;
}
