// Handlers of faults that note what they find and go on at `resume`.
#include "rules.h"

volatile Fault fault;
volatile uint32_t resume, go_on, opens, lost;
uint32_t ram_vectors[128] __attribute__((aligned(512)));

void forget_fault(void) {
  volatile uint32_t *word = (volatile uint32_t *)&fault;
  for (uint32_t i = 0; i < sizeof fault / sizeof *word; i++) word[i] = 0;
  CFSR = CFSR;
  HFSR = HFSR;
}

void use_ram_vectors(void) {
  const uint32_t *table = (const uint32_t *)0x08000000;
  for (int i = 0; i < 20; i++) ram_vectors[i] = table[i];
  VTOR = (uint32_t)ram_vectors;
  BARRIER();
}

// Where a fault inside a handler goes on: the handler ends, Thread mode goes on.
static void NAKED leave_handler(void) { __asm volatile("mvn lr, #6\n bx lr\n"); }

// Returns the EXC_RETURN to go on with: what a failed return left in LR may fail again.
uint32_t __attribute__((used)) note_fault(uint32_t *frame, uint32_t exc_return) {
  static uint32_t another[8] __attribute__((aligned(8)));
  if (HFSR & 2) NVIC_ICER0 = 0xFFFFFFFF;  // VECTTBL: the interrupt is still pending
  if (opens) MPU_CTRL = 0;
  if (lost) {
    WRITE_SPECIAL("psp", (uint32_t)another);
    frame = another;
    frame[7] = 0;
  }
  uint32_t taken = fault.taken + 1;
  fault = (Fault){taken,    ipsr(),   CFSR,     HFSR,     BFAR,      MMFAR,
                  frame[0], frame[5], frame[6], frame[7], exc_return};
  CFSR = CFSR;
  HFSR = HFSR;
  if (go_on == 0xFFFFFFF9) frame[7] &= ~0x1FFu;
  frame[6] = (frame[7] & 0x1FF && !go_on ? (uint32_t)leave_handler : resume) & ~1u;
  frame[7] = (frame[7] & ~0x0600FC00u) | 1 << 24;  // out of any IT block, in Thumb state
  WRITE_SPECIAL("control", control() & ~1u);
  return go_on ? go_on : exc_return;
}

#define HANDLER(name)                                                        \
  void NAKED name(void) {                                                    \
    __asm volatile(                                                          \
        "tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n mov r1, lr\n" \
        " bl note_fault\n bx r0\n");                                         \
  }
HANDLER(HardFaultHandler)
HANDLER(MemManageHandler)
HANDLER(BusFaultHandler)
HANDLER(UsageFaultHandler)
