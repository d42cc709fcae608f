// Loops that wait for a bit; the host jumps to one of these functions.
#include "testlib.h"

#define SDIO_STA REG(0x40012C34)   // plain storage on this platform
#define USART2_SR REG(0x40004400)  // modelled; nothing is sent to it

void for_a_block_without_model(void) {
  while (!(SDIO_STA & 1 << 7)) {
  }
}

void for_a_byte(void) {
  while (!(USART2_SR & 1 << 5)) {
  }
}

// Looks, and does other things in between.
void for_nothing(void) {
  for (;;) {
    (void)USART2_SR;
    SYST_RVR = 100;
  }
}

int main(void) { return 0; }
