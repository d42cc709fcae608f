// Stores that make an exception ready: it is taken right behind them, whatever follows.
#include "testlib.h"

static const void *ram_vectors[64] __attribute__((aligned(512)));
static volatile uint32_t *passed;  // where the handler notes how far the code had come

volatile uint32_t before_tick;  // instructions behind the store that starts SysTick

// The interrupted code counts its instructions behind the store in r0.
void __attribute__((used)) note(const uint32_t *frame) {
  *passed = frame[0];
  NVIC_ICPR0 = ~0u;
  SYST_CSR = 0;
}

static NAKED void handler(void) { __asm volatile("mov r0, sp\n b note"); }

#define STEPS "adds r0, #1\n adds r0, #1\n adds r0, #1\n adds r0, #1\n"

// Runs `code` with r0 = 0, r1 = address, r2 = value and the flag Z set. What it leaves in r0 and r1
// shows that nothing was lost or done twice.
#define TRY(code, address, value)                                                         \
  do {                                                                                    \
    uint32_t count, base, taken_at = ~0u;                                                 \
    passed = &taken_at;                                                                   \
    __asm volatile("movs r0, #0\n mov r1, %2\n mov r2, %3\n cmp r0, r0\n" code "\n" STEPS \
                   "mov %0, r0\n mov %1, r1\n b 1f\n 1: isb\n"                            \
                   : "=&r"(count), "=&r"(base)                                            \
                   : "r"(address), "r"(value)                                             \
                   : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");                \
    print(code "\n");                                                                     \
    print_hex("passed", taken_at);                                                        \
    print_hex("count", count);                                                            \
    print_hex("base", base);                                                              \
  } while (0)

#define ICSR_AT 0xE000ED04u
#define ISER_AT 0xE000E100u
#define ISPR_AT 0xE000E200u
#define STIR_AT 0xE000EF00u
#define PENDSV (1u << 28)
#define SYSTICK (1u << 26)
#define NMI (1u << 31)

static void system_exceptions(void) {
  TRY("str r2, [r1]", ICSR_AT, PENDSV);
  TRY("str r2, [r1], #4", ICSR_AT, PENDSV);
  TRY("str r2, [r1, #4]!", ICSR_AT - 4, PENDSV);
  TRY("mov r3, #8\n str r2, [r1, r3]", ICSR_AT - 8, PENDSV);
  TRY("mov r3, #4\n str.w r2, [r1, r3, lsl #1]", ICSR_AT - 8, PENDSV);
  TRY("str r2, [r1, #-8]", ICSR_AT + 8, PENDSV);
  TRY("str r2, [r1]\n dsb\n isb", ICSR_AT, PENDSV);
  TRY("str r2, [r1]", ICSR_AT, SYSTICK);
  TRY("str r2, [r1]", ICSR_AT, NMI);
}

static void interrupts(void) {
  NVIC_ISER0 = 7;
  TRY("str r2, [r1]", ISPR_AT, 1);
  TRY("strb r2, [r1]", ISPR_AT, 1);
  TRY("strh.w r2, [r1]", ISPR_AT, 1);
  TRY("mov r3, #0\n strd r2, r3, [r1]", ISPR_AT, 1);
  TRY("mov r3, #1\n strd r3, r2, [r1, #-4]!", ISPR_AT, 1);
  TRY("mov r3, #0\n stm r1!, {r2, r3}", ISPR_AT, 1);
  TRY("str r2, [r1]", STIR_AT, 2);
  NVIC_ICER0 = 1;
  BARRIER();
  NVIC_ISPR0 = 1;
  TRY("str r2, [r1]", ISER_AT, 1);
}

static void in_it_blocks(void) {
  TRY("it eq\n streq r2, [r1]", ISPR_AT, 1);
  TRY("it ne\n strne r2, [r1]\n str r2, [r1]", ISPR_AT, 1);
  TRY("ittt eq\n streq r2, [r1]\n addeq r0, #1\n addeq r0, #1", ISPR_AT, 1);
  TRY("itte eq\n addeq r0, #1\n streq r2, [r1]\n addne r0, #1", ISPR_AT, 1);
  TRY("itt eq\n streq r2, [r1], #4\n addeq r0, #1", ISPR_AT, 1);
}

static void behind_masks(void) {
  TRY("cpsid i\n str r2, [r1]\n adds r0, #1\n cpsie i", ISPR_AT, 1);
  NVIC_IPR(0) = 0x80;
  TRY("mov r3, #0x80\n msr basepri, r3\n str r2, [r1]\n adds r0, #1\n mov r3, #0x40\n"
      "strb r3, [r1, #0x200]",
      ISPR_AT, 1);
  __asm volatile("msr basepri, %0" ::"r"(0));
}

// Not on QEMU: its SysTick has another clock.
static NOINLINE void start_tick(void) {
  passed = &before_tick;
  SYST_RVR = 16;
  SYST_CVR = 0;
  __asm volatile("movs r0, #0\n mov r1, #7\n str r1, [%0]\n" STEPS STEPS STEPS STEPS
                 :
                 : "r"(&SYST_CSR)
                 : "r0", "r1", "cc", "memory");
}

int main(void) {
  extern uint32_t stack_top;
  for (int i = 0; i < 64; i++) ram_vectors[i] = handler;
  ram_vectors[0] = &stack_top;
  VTOR = (uint32_t)ram_vectors;
  BARRIER();
  system_exceptions();
  interrupts();
  in_it_blocks();
  behind_masks();
  start_tick();
  return 0;
}
