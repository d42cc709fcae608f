// What silicon faults on, and Renode does not, or in its own way, by version. CASE selects one;
// EN=1 lets MemManage, BusFault and UsageFault have their own handlers.
#include <stdint.h>

// ARM DDI 0403E, B3.2.2 and B3.5.4
#define CCR (*(volatile uint32_t *)0xE000ED14u)
#define SHCSR (*(volatile uint32_t *)0xE000ED24u)
#define CFSR (*(volatile uint32_t *)0xE000ED28u)
#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_RBAR (*(volatile uint32_t *)0xE000ED9Cu)
#define MPU_RASR (*(volatile uint32_t *)0xE000EDA0u)
#define UNALIGN_TRP (1u << 3)
#define DIV_0_TRP (1u << 4)
#define FPU_ACCESS (0xFu << 20)
#define EXECUTE_NEVER (1u << 28)
#define FULL_ACCESS (3u << 24)
#define REGION_32_BYTES ((4u << 1) | 1u)
#define NOWHERE 0x30000000u

typedef void (*Function)(void);

static uint8_t __attribute__((aligned(32))) buffer[64];
volatile int zero;
volatile uint32_t sink;
volatile uintptr_t pointer;

void target(void) { sink++; }

__attribute__((unused)) static void protect_buffer(uint32_t attributes) {
  MPU_RBAR = 0x10u | (uintptr_t)buffer;
  MPU_RASR = attributes | REGION_32_BYTES;
  MPU_CTRL = 5;
  __asm volatile("dsb; isb");
}

int main(void) {
#if EN
  SHCSR |= 7u << 16;
#endif
  pointer = (uintptr_t)buffer;
#if CASE == 1  // division by zero
  CCR |= DIV_0_TRP;
  sink = 5 / zero;
#elif CASE == 2   // unaligned, trapped
  CCR |= UNALIGN_TRP;
  sink = *(volatile uint32_t *)(pointer + 1);
#elif CASE == 3   // LDRD needs an aligned address
  __asm volatile("ldrd r2, r3, [%0]" ::"r"(pointer + 2) : "r2", "r3");
#elif CASE == 4   // the FPU is off
  CPACR &= ~FPU_ACCESS;
  __asm volatile("dsb; isb; vmov.f32 s0, #1.0" ::: "s0");
#elif CASE == 5   // BX to an even address
  __asm volatile("bx %0" ::"r"((uintptr_t)target & ~1u));
#elif CASE == 6   // a store to flash
  *(volatile uint32_t *)0x08000400u = 0x12345678;
#elif CASE == 7   // LDM needs an aligned address
  __asm volatile("ldm %0, {r2, r3}" ::"r"(pointer + 2) : "r2", "r3");
#elif CASE == 8   // SVC while PRIMASK keeps it out
  __asm volatile("cpsid i; svc 0");
#elif CASE == 9   // a jump into a peripheral
  ((Function)0x40000001u)();
#elif CASE == 10  // a jump into the private peripheral bus
  ((Function)0xE0001001u)();
#elif CASE == 11  // the MPU refuses data
  protect_buffer(0);
  sink = *(volatile uint32_t *)pointer;
#elif CASE == 12  // unprivileged code and the System Control Space
  __asm volatile("mov r0, #1; msr control, r0; isb" ::: "r0");
  sink = CFSR;
#elif CASE == 13  // a breakpoint without a debugger
  __asm volatile("bkpt #1");
#elif CASE == 14  // EXC_RETURN outside of a handler
  __asm volatile("mvn r0, #0; bx r0");
#elif CASE == 15  // a read of nowhere
  sink = *(volatile uint32_t *)NOWHERE;
#elif CASE == 16  // a store to nowhere
  *(volatile uint32_t *)NOWHERE = 1;
  __asm volatile("dsb");
#elif CASE == 17  // a jump to nowhere
  ((Function)(NOWHERE | 1u))();
#elif CASE == 18  // a stack below RAM
  __asm volatile("mov sp, %0; push {r0, r1}; pop {r0, r1}; svc 0" ::"r"(0x1FFE0000u) : "memory");
#elif CASE == 19  // undefined
  __asm volatile("udf #0");
#elif CASE == 20  // undefined while PRIMASK is set
  __asm volatile("cpsid i; udf #0");
#elif CASE == 21  // the MPU refuses execution
  *(volatile uint16_t *)buffer = 0x4770;
  protect_buffer(EXECUTE_NEVER | FULL_ACCESS);
  ((Function)(pointer | 1u))();
#elif CASE == 22  // a hole between peripherals
  sink = *(volatile uint8_t *)0x40030000u;
#elif CASE == 23  // VLDR needs an aligned address
  __asm volatile("vldr s0, [%0]" ::"r"(pointer + 1) : "s0");
#elif CASE == 24  // so does LDREX
  __asm volatile("ldrex r2, [%0]" ::"r"(pointer + 1) : "r2");
#elif CASE == 25  // a call of NULL
  ((Function)(uintptr_t)zero)();
#elif CASE == 26  // firmware that ends itself with a code other than 0
  __asm volatile("mov r0, #0x20; mov r1, %0; bkpt 0xab" ::"r"((uint32_t[]){0x20026, 3})
                 : "r0", "r1", "memory");
#endif
  return 0;
}
