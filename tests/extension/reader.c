/* Measures with the thermometer of the Acme Node, and sends what it has read. */
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SERIAL_DATA REGISTER(0x40000000)
#define THERMOMETER_CONTROL REGISTER(0x40001000)
#define THERMOMETER_CELSIUS REGISTER(0x40001008)
#define NVIC_ISER0 REGISTER(0xE000E100)

static volatile int measured; /* 0 until it is */

static void thermometer_handler(void) { measured = (int)THERMOMETER_CELSIUS; }

static void send(const char *text) {
  while (*text) SERIAL_DATA = (uint32_t)*text++;
}

static void reset_handler(void) {
  NVIC_ISER0 = 1 << 3;
  THERMOMETER_CONTROL = 3;
  while (!measured) __asm volatile("wfi");
  send("celsius ");
  SERIAL_DATA = (uint32_t)('0' + measured / 10);
  SERIAL_DATA = (uint32_t)('0' + measured % 10);
  send("\n");
  for (;;) __asm volatile("wfi");
}

__attribute__((section(".vectors"), used)) static void *const vectors[16 + 4] = {
    [0] = (void *)0x20010000,
    [1] = (void *)reset_handler,
    [16 + 3] = (void *)thermometer_handler,
};
