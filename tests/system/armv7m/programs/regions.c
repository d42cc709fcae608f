// The MPU and exceptions: what is checked with which privilege, and when not at all.
#include "rules.h"

static uint32_t area[1024] __attribute__((aligned(4096)));
static uint32_t psp_stack[64] __attribute__((aligned(256)));
static volatile uint32_t *const closed = area;

#define FULL 3u
#define PRIVILEGED 1u
#define READ_ONLY 6u
#define NOTHING 0u
#define SIZE_256 (7 << 1)
#define SIZE_4K (11 << 1)

static void region(uint32_t number, const void *base, uint32_t access, uint32_t more) {
  MPU_RNR = number;
  MPU_RBAR = (uint32_t)base;
  MPU_RASR = access << 24 | more | 1;
  BARRIER();
}
static void close(uint32_t number) {
  MPU_RNR = number;
  MPU_RASR = 0;
  BARRIER();
}
static void mpu(uint32_t control_bits) {
  MPU_CTRL = control_bits;
  BARRIER();
}

static volatile uint32_t nmi_read;
void NmiHandler(void) {
  closed[1] = 77;
  nmi_read = closed[1];
}
void SvcHandler(void) { closed[2] = 5; }
enum { CLOSE_ALL = 1, CLOSE_FLOAT = 2 };
static volatile uint32_t spoil;
void Irq0Handler(void) {
  if (spoil == CLOSE_ALL) region(1, psp_stack, NOTHING, SIZE_256);
  if (spoil == CLOSE_FLOAT) {
    region(1, psp_stack, NOTHING, SIZE_256);
    go_on = 0xFFFFFFF1;
    __asm volatile(
        "adr r1, 7f\n orr r1, #1\n str r1, %0\n .balign 4\n vmov s0, s0\n .balign 4\n 7: nop\n"
        : "=m"(resume)::"r1", "memory");
    go_on = 0;
  }
}

static void privilege(void) {
  area[0] = 0x47704770;  // BX lr
  region(0, area, PRIVILEGED, SIZE_4K);
  mpu(5);
  ATTEMPT(closed, "str r0, [r0, #4]\n");
  print_hex("m.privileged", fault.cfsr);
  // Unprivileged code has no background region, and here no region at all.
  ATTEMPT(closed, "mov r1, #1\n msr control, r1\n isb\n ldr r1, [r0]\n");
  print_hex("m.unprivileged", fault.cfsr & 0xFF);
  print_hex("m.unprivileged.exception", fault.exception);
  region(0, area, READ_ONLY, SIZE_4K);
  ATTEMPT(closed, "str r0, [r0, #8]\n");
  print_hex("m.store", fault.cfsr);
  print_hex("m.store.mmfar", fault.mmfar - (uint32_t)area);
  ATTEMPT(closed, "ldr r1, [r0, #8]\n");
  print_hex("m.load", fault.cfsr);
  ATTEMPT((uint32_t)area | 1, "blx r0\n");
  print_hex("m.execute", fault.cfsr);
  region(0, area, FULL, SIZE_4K | 1 << 28);
  ATTEMPT((uint32_t)area | 1, "blx r0\n");
  print_hex("m.execute_never", fault.cfsr);
}

static void urgent(void) {
  region(0, area, READ_ONLY, SIZE_4K);
  mpu(5);  // HFNMIENA = 0
  ICSR = 1u << 31;
  BARRIER();
  print_hex("m.nmi", nmi_read);
  __asm volatile("cpsid f" ::: "memory");
  closed[3] = 66;
  __asm volatile("cpsie f" ::: "memory");
  print_hex("m.faultmask", closed[3]);
  ATTEMPT(closed, "str r0, [r0, #8]\n");
  print_hex("m.afterwards", fault.cfsr);
  ATTEMPT(0, "svc 0\n");  // its priority is not below 0
  print_hex("m.handler", fault.cfsr);
  mpu(0);
  closed[3] = 0;
}

// Interrupt 0 while Thread mode is on PSP; a fault at entry or return goes on behind it.
static void on_psp(uint32_t access, uint32_t what) {
  mpu(0);
  if (access == NOTHING)
    close(1);
  else
    region(1, psp_stack, access, SIZE_256);
  spoil = what;
  WRITE_SPECIAL("psp", (uint32_t)(psp_stack + 48));
  forget_fault();
  mpu(5);
  __asm volatile(
      "mov r6, sp\n adr r1, 1f\n orr r1, #1\n str r1, %0\n mov r1, #2\n msr control, r1\n isb\n"
      "b 2f\n .ltorg\n 2: vmov s0, s0\n ldr r1, =0xE000E200\n mov r2, #1\n str r2, [r1]\n dsb\n"
      "isb\n .balign 4\n 1: mov r1, #0\n msr control, r1\n isb\n mov sp, r6\n"
      : "=m"(resume)::"r0", "r1", "r2", "r3", "r6", "r12", "lr", "s0", "memory", "cc");
  mpu(0);
}

static void frames(void) {
  CPACR = 0xF << 20;
  NVIC_ISER0 = 1;
  NVIC_IPR(0) = 0x80;
  BARRIER();
  opens = 1;
  on_psp(READ_ONLY, 0);
  print_hex("m.stacking", fault.cfsr);
  print_hex("m.stacking.exception", fault.exception);
  on_psp(NOTHING, CLOSE_ALL);
  print_hex("m.unstacking", fault.cfsr);
  print_hex("m.unstacking.exception", fault.exception);
  on_psp(NOTHING, CLOSE_FLOAT);
  print_hex("m.lazy", fault.cfsr);
  print_hex("m.lazy.exception", fault.exception);
}

int main(void) {
  SHCSR = 7 << 16;
  privilege();
  urgent();
  frames();
  return 0;
}
