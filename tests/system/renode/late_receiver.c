// Turns its receiver on long after reset, and answers what was sent before in capitals.
#include "testlib.h"

// RM0090 rev 19, 30.6: SR, DR, BRR and CR1 of USART2
#define SR (*(volatile uint32_t *)0x40004400u)
#define DR (*(volatile uint32_t *)0x40004404u)
#define BRR (*(volatile uint32_t *)0x40004408u)
#define CR1 (*(volatile uint32_t *)0x4000440Cu)
#define SENDER_ON (1u << 13 | 1u << 3)
#define RECEIVER_ON (1u << 2)
#define RECEIVE_INTERRUPT (1u << 5)
#define RECEIVED (1u << 5)
#define USART2_IRQ 38
#define NVIC_ISER1 (*(volatile uint32_t *)0xE000E104u)

int main(void) {
  BRR = 365;
  CR1 = SENDER_ON;
  for (volatile int n = 0; n < 20000; n++) {
  }
  CR1 = SENDER_ON | RECEIVER_ON;
#if ASLEEP
  // WFI wakes for an interrupt that PRIMASK keeps from being taken (ARM DDI 0403E, B1.5.19).
  __asm volatile("cpsid i");
  CR1 |= RECEIVE_INTERRUPT;
  NVIC_ISER1 = 1u << (USART2_IRQ - 32);
#endif
  for (;;) {
#if ASLEEP
    __asm volatile("wfi");
#endif
    if (SR & RECEIVED) {
      uint32_t byte = DR;
      DR = byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte;
    }
#if ASLEEP
    (*(volatile uint32_t *)0xE000E284u) = 1u << (USART2_IRQ - 32);
#endif
  }
}
