// A button that is polled, and a pin whose edges interrupt, as in libopencm3's examples.
#include "testlib.h"

#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define RCC_APB2ENR REG(0x40023844)
#define GPIOA 0x40020000u
#define GPIOD 0x40020C00u
#define MODER(port) REG((port) + 0x00)
#define IDR(port) REG((port) + 0x10)
#define BSRR(port) REG((port) + 0x18)
#define SYSCFG_EXTICR1 REG(0x40013808)
#define EXTI_IMR REG(0x40013C00)
#define EXTI_RTSR REG(0x40013C08)
#define EXTI_PR REG(0x40013C14)
#define USART2_SR REG(0x40004400)
#define USART2_DR REG(0x40004404)
#define USART2_BRR REG(0x40004408)
#define USART2_CR1 REG(0x4000440C)

static void say(const char *text) {
  while (*text) {
    while (!(USART2_SR & 1 << 7)) {
    }
    USART2_DR = (uint32_t)*text++;
  }
}

static const void *ram_vectors[32] __attribute__((aligned(128)));

static void Exti3Handler(void) {
  EXTI_PR = 1 << 3;
  say("edge\n");
}

int main(void) {
  ram_vectors[16 + 9] = Exti3Handler;
  VTOR = (uint32_t)ram_vectors;
  RCC_AHB1ENR |= 1 << 0 | 1 << 3;
  RCC_APB1ENR |= 1 << 17;
  RCC_APB2ENR |= 1 << 14;
  MODER(GPIOA) = (MODER(GPIOA) & ~(3u << 4)) | 2 << 4;  // PA2: USART2; PA0, PA3: inputs
  MODER(GPIOD) |= 1 << 24;
  USART2_BRR = 0x8B;
  USART2_CR1 = 1 << 13 | 1 << 3;
  SYSCFG_EXTICR1 = 0;
  EXTI_RTSR = 1 << 3;
  EXTI_IMR = 1 << 3;
  NVIC_ISER0 = 1 << 9;
  say("waiting\n");
  for (uint32_t was = 0;;) {
    uint32_t is = IDR(GPIOA) & 1;
    if (is == was) continue;
    was = is;
    BSRR(GPIOD) = is ? 1 << 12 : 1 << 28;
    say(is ? "pressed\n" : "released\n");
  }
}
