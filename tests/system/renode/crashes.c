// What silicon faults on, and Renode does not, or in its own way, by version. CASE selects one.
// EN: bits 0 to 2 let MemManage, BusFault and UsageFault have their own handlers. Where they are
// given, NEST says where it crashes (0 in main, 1 below calls, 2 in SVCall, 3 in PendSV), MASK what
// is masked (1 PRIMASK, 2 BASEPRI, 3 FAULTMASK), UNPRIVILEGED=1 that threads are.
#include "testlib.h"

// ARM DDI 0403E, B3.2.8, B3.2.20 and B3.5
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

// What needs privilege, before the crash.
static void prepare(void) {
  SHCSR |= (uint32_t)EN << 16;
  pointer = (uintptr_t)buffer;
#if CASE == 1
  CCR |= DIV_0_TRP;
#elif CASE == 2
  CCR |= UNALIGN_TRP;
#elif CASE == 4
  CPACR &= ~FPU_ACCESS;
  __asm volatile("dsb; isb");
#elif CASE == 11
  protect_buffer(0);
#elif CASE == 21
  *(volatile uint16_t *)buffer = 0x4770;  // BX LR
  protect_buffer(EXECUTE_NEVER | FULL_ACCESS);
#endif
#if MASK == 1
  __asm volatile("cpsid i");
#elif MASK == 2
  __asm volatile("msr basepri, %0" ::"r"(0x10));
#elif MASK == 3
  __asm volatile("cpsid f");
#endif
#if UNPRIVILEGED
  __asm volatile("msr control, %0; isb" ::"r"(1));
#endif
}

__attribute__((noinline)) static void crash(void) {
#if CASE == 1  // division by zero
  sink = 5 / zero;
#elif CASE == 2   // unaligned, trapped
  sink = *(volatile uint32_t *)(pointer + 1);
#elif CASE == 3   // LDRD needs an aligned address
  __asm volatile("ldrd r2, r3, [%0]" ::"r"(pointer + 2) : "r2", "r3");
#elif CASE == 4   // the FPU is off
  __asm volatile("vmov.f32 s0, #1.0" ::: "s0");
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
#elif CASE == 27  // a store to erased flash that is read first
  *(volatile uint32_t *)0x08080000u += 1;
#endif
  sink = 0;  // the crash is not a tail call
}

__attribute__((noinline)) void inner(void) {
  crash();
  sink = 1;
}

__attribute__((noinline)) void outer(void) {
  inner();
  sink = 2;
}

#if NEST == 2
void SvcHandler(void) {
  prepare();
  outer();
}
#elif NEST == 3
void PendSvHandler(void) {
  prepare();
  outer();
}
#endif

int main(void) {
#if NEST == 2
  __asm volatile("svc 0");
#elif NEST == 3
  *(volatile uint32_t *)0xE000ED04u = 1u << 28;  // ICSR.PENDSVSET
  __asm volatile("dsb; isb");
#elif NEST == 1
  prepare();
  outer();
#else
  prepare();
  crash();
#endif
  return 0;
}
