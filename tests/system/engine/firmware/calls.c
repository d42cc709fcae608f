// Chains of calls that end badly; the host jumps to one of the functions at the end.
#include "testlib.h"

static volatile uint32_t sink;
static uint32_t thread_stack[128];

static void NOINLINE store(volatile uint32_t *where) {
  *where = 1;
  sink++;
}

static void NOINLINE pass_on(uint32_t where) {
  store((volatile uint32_t *)where);
  sink++;
}

// Assembly without call frame information, as in start-up files and hand-written kernels.
__asm(
    ".thumb_func\n .type by_hand, %function\n by_hand:\n"
    " push {r4, lr}\n sub sp, #16\n bl pass_on_from_assembly\n add sp, #16\n pop {r4, pc}\n"
    ".size by_hand, . - by_hand\n");
void by_hand(uint32_t where);
void __attribute__((used)) pass_on_from_assembly(uint32_t where) {
  pass_on(where);
  sink++;
}

static int NOINLINE recurse(int n) {
  volatile uint8_t local[64];
  local[n & 63] = (uint8_t)n;
  return (uint32_t)n == sink ? 0 : recurse(n + 1) + local[0];
}

void Irq0Handler(void) {
  pass_on(0x70000000);
  sink++;
}

static void NAKED never_reached(void) { __asm volatile("b .\n"); }

static void NOINLINE work(void) {
  NVIC_ISER0 = 1;
  NVIC_ISPR0 = 1;
  BARRIER();
  sink++;
}

static void thread(void) {
  work();
  sink++;
}

void bad_store(void) { by_hand(0x70000000); }

void bad_jump(void) {
  ((void (*)(void))0x70000001)();
  sink++;
}

void overflow(void) { sink = (uint32_t)recurse(1); }

// A thread on the process stack, whose function must not return, interrupted by what faults.
void NAKED in_a_thread(void) {
  __asm volatile("msr psp, %0\n mov r0, #2\n msr control, r0\n isb\n mov lr, %1\n bx %2\n" ::"r"(
                     &thread_stack[128]),
                 "r"(never_reached), "r"(thread));
}

int main(void) { return 0; }
