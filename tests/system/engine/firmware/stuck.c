// Ways to wait for ever; the host jumps to one.
#include "testlib.h"

static volatile uint32_t sink;
static volatile uint8_t done;
static volatile uint32_t ticks;
static struct {
  uint32_t other;
  volatile uint32_t state;
} device;
static volatile uint32_t *volatile where = &device.state;

static void NOINLINE use(uint32_t value) { sink += value; }

void wait_for_flag(void) {
  while (!done) {
  }
  use(1);
}
void wait_for_member(void) {
  while (device.state != 3) {
  }
  use(1);
}
void wait_through_pointer(void) {
  while (*where != 3) {
  }
  use(1);
}
void wait_for_tick(void) {
  SYST_RVR = 0xFFFFFF;
  SYST_CSR = 7;
  while (ticks < 5) {
  }
  use(1);
}
void SysTickHandler(void) {
  sink++;
  ticks += 0;
}
void wait_for_register(void) {
  while (!(REG(0x40023C00) & 0x80000000)) {
  }
  use(1);
}
void poll(void) {
  for (;;)
    if (done) sink++;
}
void endless(void) {
  for (;;) {
  }
}
void unhandled(void) {
  NVIC_ISER0 = 8;
  NVIC_ISPR0 = 8;
  BARRIER();
  use(1);
}
void NmiHandler(void) {
  for (;;) {
  }
}
void PendSvHandler(void) __attribute__((alias("NmiHandler")));
void Irq3Handler(void) __attribute__((alias("NmiHandler")));
void Irq2Handler(void) {
  for (;;) {
  }
}
void handler_that_stays(void) {
  NVIC_ISER0 = 4;
  NVIC_ISPR0 = 4;
  BARRIER();
  use(1);
}

void sleep_for_flag(void) {
  __asm volatile("cpsid i");
  while (!done) __asm volatile("wfi");
  use(1);
}

// -- what is not waiting --------------------------------------------------------------------------

static uint32_t table[64];
void work(void) {
  for (;;) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 64; i++) sum += ((volatile uint32_t *)table)[i];
    use(sum);
  }
}
void count_down(void) {
  for (;;) {
    for (uint32_t i = 1000; i; i--) __asm volatile("");
    use(1);
  }
}
void sleep_for_ever(void) {
  for (;;) __asm volatile("wfi");
}

int main(void) { return 0; }
