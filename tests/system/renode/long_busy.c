// Turns its receiver on, does something else for some 50 bytes' time, and answers what has come.
#include "testlib.h"

// RM0090 rev 19, 30.6: SR, DR, BRR and CR1 of USART2
#define SR (*(volatile uint32_t *)0x40004400u)
#define DR (*(volatile uint32_t *)0x40004404u)
#define BRR (*(volatile uint32_t *)0x40004408u)
#define CR1 (*(volatile uint32_t *)0x4000440Cu)
#define ON (1u << 13 | 1u << 3 | 1u << 2)
#define OVERRUN (1u << 3)
#define RECEIVED (1u << 5)

int main(void) {
  BRR = 365;
  CR1 = ON;
  for (volatile int n = 0; n < 100000; n++) {
  }
  for (;;) {
    uint32_t status = SR;
    if (status & RECEIVED) DR = DR;
    if (status & OVERRUN) {
      (void)DR;
      DR = '!';
    }
  }
}
