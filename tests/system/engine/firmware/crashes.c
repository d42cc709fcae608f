// One function for each way to crash, for the diagnosis; the host jumps to it.
#include "testlib.h"

typedef void (*function)(void);
struct node {
  uint32_t value;
  struct node *next;
};

static volatile uint32_t sink;
static volatile float measured = 1.5f;
static uint32_t buffer[32];
static uint32_t __attribute__((aligned(256))) guarded[128];  // its lowest 32 bytes are a guard

static void NOINLINE use(uint32_t value) { sink += value; }

// -- data -----------------------------------------------------------------------------------------

static uint32_t NOINLINE deep(const uint32_t *where) { return *where + sink; }
static uint32_t NOINLINE middle(const uint32_t *where) { return deep(where) + 1; }
void read_nowhere(void) { use(middle((const uint32_t *)0x60000000)); }

static void NOINLINE append(struct node *list, uint32_t value) { list->next->value = value; }
void write_through_null(void) {
  struct node last = {1, 0};
  append(&last, 7);
  use(last.value);
}

void write_code(void) { *(volatile uint32_t *)(uintptr_t)(0x08000100) = sink; }

static void NOINLINE fill(uint32_t *from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) *(volatile uint32_t *)(from + i) = i;
}
void run_out_of_ram(void) { fill((uint32_t *)0x2001FF00, 1000); }

void unaligned(void) {
  __asm volatile("ldrd r2, r3, [%0]" ::"r"((uintptr_t)buffer + 2) : "r2", "r3");
  use(1);
}

// -- code -----------------------------------------------------------------------------------------

static function volatile handler;
static void NOINLINE call(function f) {
  f();
  sink++;
}
void call_null(void) {
  call(handler);
  use(1);
}
void call_even(void) {
  call((function)((uintptr_t)use & ~1u));
  use(1);
}
void call_peripheral(void) {
  call((function)0x40000001);
  use(1);
}
static void NOINLINE smash(volatile uint32_t *frame, uint32_t words) {
  for (uint32_t i = 0; i < words; i++) frame[i] = 0x41414141;
}
static uint32_t NOINLINE parse(uint32_t words) {
  volatile uint32_t name[4];
  smash(name, words);
  return name[0];
}
void overwrite_return(void) { use(parse(12)); }

void trap(void) {
  if (sink == 0) __builtin_trap();
  use(1);
}
void undefined(void) { __asm volatile(".inst.n 0xb6f1\n nop"); }
void stop_here(void) { __asm volatile("bkpt 1"); }

// -- settings -------------------------------------------------------------------------------------

void divide(void) {
  CCR |= 1 << 4;
  BARRIER();
  use(100 / sink);
}
void fpu_off(void) {
  CPACR = 0;
  BARRIER();
  measured = measured * 2.0f;
}

// -- MPU ------------------------------------------------------------------------------------------

static void protect(uint32_t base, uint32_t attributes) {
  REG(0xE000ED98) = 3;
  REG(0xE000ED9C) = base;
  REG(0xE000EDA0) = attributes | 1;
  REG(0xE000ED94) = 5;
  BARRIER();
}
void write_protected(void) {
  protect((uint32_t)guarded, 6u << 24 | 7 << 1);  // 256 bytes, read-only
  guarded[1] = 1;
  use(guarded[1]);
}
void enabled_handler(void) {
  SHCSR = 7 << 16;
  write_protected();
}
void execute_never(void) {
  protect(0x20000000, 1u << 28 | 3 << 24 | 14 << 1);  // 32 KiB
  call((function)((uintptr_t)buffer | 1));
  use(1);
}

// -- stacks ---------------------------------------------------------------------------------------

static uint32_t NOINLINE odd(uint32_t n);
static uint32_t NOINLINE even(uint32_t n) { return n == 0x7FFFFFFF ? 1 : odd(n + 1) + sink; }
static uint32_t NOINLINE odd(uint32_t n) { return n == 0x7FFFFFFF ? 0 : even(n + 1) + sink; }
void recurse_by_turns(void) { use(even(0)); }

static void NOINLINE large(void) {
  volatile uint8_t local[160 * 1024];
  for (uint32_t i = 0; i < sizeof(local); i += 64) local[sizeof(local) - 1 - i] = (uint8_t)i;
  use(local[0]);
}
void large_frame(void) { large(); }

static void thread(void) { recurse_by_turns(); }
static void NAKED end_of_thread(void) { __asm volatile("b ."); }

static void reading_thread(void) { use(middle((const uint32_t *)0x60000000) + 1); }
void NAKED in_thread(void) {
  __asm volatile(
      "ldr r0, =guarded + 512\n msr psp, r0\n mov r0, #2\n msr control, r0\n isb\n"
      "ldr lr, =end_of_thread\n ldr r0, =reading_thread\n bx r0\n .ltorg");
}

// A thread on the process stack, with a guard of the MPU at the stack's end.
void NAKED overflow_thread(void) {
  __asm volatile(
      "push {lr}\n ldr r0, =guarded\n movw r1, #0x0008\n bl protect_stack\n pop {lr}\n"
      "ldr r0, =guarded + 512\n msr psp, r0\n mov r0, #2\n msr control, r0\n isb\n"
      "ldr lr, =end_of_thread\n ldr r0, =thread\n bx r0\n .ltorg");
}
void __attribute__((used)) protect_stack(uint32_t base) { protect(base, 4 << 1); }
void *const kept[]
    __attribute__((used)) = {(void *)thread, (void *)reading_thread, (void *)end_of_thread};

// -- handlers -------------------------------------------------------------------------------------

static void NOINLINE read_in_handler(void) { use(middle((const uint32_t *)0x60000004)); }

// Irq1 interrupts Irq0, which interrupted code that uses the FPU.
void Irq0Handler(void) {
  measured = measured + 1.0f;
  NVIC_ISPR0 = 2;
  BARRIER();
  use(1);
}
void Irq1Handler(void) {
  read_in_handler();
  use(2);
}
static float NOINLINE compute(float x) {
  float y = x * measured;
  NVIC_ISPR0 = 1;
  BARRIER();
  return y + x;
}
void nested_handlers(void) {
  CPACR = 0xF << 20;
  BARRIER();
  NVIC_IPR(0) = 0x80;
  NVIC_IPR(1) = 0x40;
  NVIC_ISER0 = 3;
  measured = compute(measured);
}

void SvcHandler(void) {
  __asm volatile("mov lr, %0\n bx lr" ::"r"(0xFFFFFFF3));  // no such EXC_RETURN
}
void bad_exception_return(void) {
  __asm volatile("svc 0");
  use(1);
}

void lock_up(void) {
  __asm volatile("cpsid f");
  use(middle((const uint32_t *)0x60000008));
}

int main(void) {
  use((uint32_t)(uintptr_t)buffer);
  sink = 0;
  CPACR = 0xF << 20;
  BARRIER();
#ifdef CRASH
  CRASH();
#endif
  return 0;
}
