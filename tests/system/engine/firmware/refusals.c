// Functions that silicon refuses to go on with, for the reasons that a diagnosis gives.
#include "testlib.h"

typedef void (*function)(void);

static volatile uint32_t sink;
static uint32_t buffer[32];
static uint32_t __attribute__((aligned(64))) thread_stack[64];
static uint16_t __attribute__((aligned(4))) data_as_code[8] = {0xBF00, 0xBF00, 0xFFFF, 0xFFFF};

static void NOINLINE use(uint32_t value) { sink += value; }
static void NOINLINE call(function f) {
  f();
  use(1);
}

// -- code -----------------------------------------------------------------------------------------

void execute_data(void) { call((function)((uintptr_t)data_as_code | 1)); }
void other_coprocessor(void) { __asm volatile("mrc p15, 0, r0, c1, c0, 0" ::: "r0"); }
void table_branch(void) {
  __asm volatile("mov r0, #0x60000000\n mov r1, #0\n tbb [r0, r1]" ::: "r0", "r1");
}
void table_branch_wide(void) {
  __asm volatile("mov r0, #0x60000000\n mov r1, #2\n tbh [r0, r1, lsl #1]" ::: "r0", "r1");
}

// -- data -----------------------------------------------------------------------------------------

void NAKED end_of_thread(void) { __asm volatile("b ."); }
void __attribute__((used)) touch_nvic(void) {
  NVIC_ISER0 = 1;
  use(1);
}
void NAKED unprivileged(void) {
  __asm volatile(
      "ldr r0, =thread_stack + 256\n msr psp, r0\n mov r0, #3\n msr control, r0\n isb\n"
      "ldr lr, =end_of_thread\n ldr r0, =touch_nvic\n bx r0\n .ltorg");
}
void load_multiple(void) {
  __asm volatile("ldm %0, {r2, r3}" ::"r"((uintptr_t)buffer + 1) : "r2", "r3");
}
void store_below(void) {
  __asm volatile("mov r1, %0\n stmdb r1!, {r2, r3}" ::"r"((uintptr_t)buffer + 10) : "r1", "memory");
}
void load_exclusive(void) { __asm volatile("ldrex r2, [%0]" ::"r"((uintptr_t)buffer + 2) : "r2"); }
void trapped_by_choice(void) {
  CCR |= 1 << 3;
  BARRIER();
  use(*(volatile uint32_t *)((uintptr_t)buffer + 1));
}
void store_multiple_in_device(void) {
  __asm volatile("ldr r0, =0x40020002\n stm r0!, {r1, r2}" ::: "r0", "memory");
}
void read_in_device(void) { use(REG(0x40020001)); }
void read_in_scs(void) { use(REG(0xE000ED01)); }
void across_the_end(void) {
  __asm volatile("ldr r0, =0x2001fffc\n ldrd r2, r3, [r0]" ::: "r0", "r2", "r3");
}

// -- calls of the supervisor ----------------------------------------------------------------------

void SvcHandler(void) {
  __asm volatile("svc 1");
  use(1);
}
void svc_under_basepri(void) {
  SHPR2 = 0x80u << 24;
  __asm volatile("msr basepri, %0\n svc 0" ::"r"(0x40));
  use(1);
}
void svc_under_primask(void) {
  __asm volatile("cpsid i\n svc 0");
  use(1);
}
void svc_under_faultmask(void) {
  __asm volatile("cpsid f\n svc 0");
  use(1);
}
void svc_in_svc(void) {
  __asm volatile("svc 0");
  use(1);
}
void Irq0Handler(void) {
  __asm volatile("svc 2");
  use(1);
}
void svc_in_interrupt(void) {
  SHPR2 = 0x80u << 24;
  NVIC_IPR(0) = 0x20;
  NVIC_ISER0 = 1;
  NVIC_ISPR0 = 1;
  BARRIER();
}

// -- frames ---------------------------------------------------------------------------------------

void frame_beyond(void) {
  NVIC_ISER0 = 1;
  __asm volatile("ldr sp, =0x10010010\n str %0, [%1]\n dsb\n isb" ::"r"(1), "r"(&NVIC_ISPR0));
}
void NAKED Irq1Handler(void) { __asm volatile("ldr sp, =0x30000000\n bx lr\n .ltorg"); }
void NOINLINE return_without_stack(void) {
  NVIC_ISER0 = 2;
  NVIC_ISPR0 = 2;
  BARRIER();
  use(1);
}
void NAKED Irq2Handler(void) { __asm volatile("ldr sp, =0x30000000\n push {r4}\n bx lr\n .ltorg"); }
void push_without_stack(void) {
  NVIC_ISER0 = 4;
  NVIC_ISPR0 = 4;
  BARRIER();
  use(1);
}

// -- vectors --------------------------------------------------------------------------------------

static uint32_t __attribute__((aligned(512))) vectors_in_ram[32];
static void NOINLINE set_vector(uint32_t number, uint32_t value) {
  for (uint32_t i = 0; i < 20; i++) vectors_in_ram[i] = REG(0x08000000 + 4 * i);
  vectors_in_ram[number] = value;
  VTOR = (uint32_t)(uintptr_t)vectors_in_ram;
  BARRIER();
  NVIC_ISER0 = 8;
  NVIC_ISPR0 = 8;
  BARRIER();
  use(1);
}
void even_vector(void) { set_vector(19, (uint32_t)(uintptr_t)use & ~1u); }
void empty_vector(void) { set_vector(19, 0); }

int main(void) {
  use((uint32_t)(uintptr_t)data_as_code[0] + (uint32_t)(uintptr_t)thread_stack);
  CPACR = 0xF << 20;
  BARRIER();
  return 0;
}
