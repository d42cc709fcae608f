// Priorities: preemption, nesting, tail-chaining, masks, grouping.
#include "testlib.h"

static void event(const char *name) { print_hex(name, ipsr() | NVIC_IABR0 << 16); }

void Irq0Handler(void) {  // lowest priority
  event("irq0 in");
  NVIC_ISPR0 = 1 << 1;  // more urgent: preempts here
  BARRIER();
  NVIC_ISPR0 = 1 << 3;  // same priority: waits, is tail-chained
  BARRIER();
  print_hex("icsr in irq0", ICSR & ~(1u << 11));
  event("irq0 out");
}

void Irq1Handler(void) {
  event("irq1 in");
  NVIC_ISPR0 = 1 << 2;  // still more urgent
  BARRIER();
  event("irq1 out");
}

void Irq2Handler(void) { event("irq2"); }
void Irq3Handler(void) { event("irq3"); }
void PendSvHandler(void) { event("pendsv"); }

static void pend(uint32_t mask, const char *what) {
  print(what);
  NVIC_ISPR0 = mask;
  BARRIER();
}

int main(void) {
  NVIC_IPR(0) = 0xC0;
  NVIC_IPR(1) = 0x80;
  NVIC_IPR(2) = 0x40;
  NVIC_IPR(3) = 0xC0;
  SHPR3 = 0x00F00000;  // PendSV
  print_hex("ipr0", REG(0xE000E400));
  NVIC_ISER0 = 0xF;
  pend(1, "nesting\n");

  print("primask\n");
  __asm volatile("cpsid i");
  NVIC_ISPR0 = 1 << 2;
  BARRIER();
  print_hex("pending", NVIC_ISPR0);
  __asm volatile("cpsie i");
  print_hex("pending", NVIC_ISPR0);

  print("basepri\n");
  __asm volatile("msr basepri, %0" ::"r"(0x80));
  NVIC_ISPR0 = 1 << 1;  // masked
  NVIC_ISPR0 = 1 << 2;  // not masked
  BARRIER();
  print_hex("pending", NVIC_ISPR0);
  NVIC_ICPR0 = 1 << 1;
  __asm volatile("msr basepri, %0" ::"r"(0));

  print("faultmask\n");
  __asm volatile("cpsid f");
  NVIC_ISPR0 = 1 << 2;
  BARRIER();
  print_hex("pending", NVIC_ISPR0);
  __asm volatile("cpsie f");

  print("grouping\n");
  AIRCR = 0x05FA0000 | 7 << 8;  // no preemption among configurable priorities
  print_hex("aircr", AIRCR);
  pend(1, "no nesting\n");
  AIRCR = 0x05FA0000;

  print("two at once\n");
  __asm volatile("cpsid i");
  ICSR = 1 << 28;
  NVIC_ISPR0 = 1 << 3 | 1 << 2;
  __asm volatile("cpsie i");
  BARRIER();
  print("stir\n");
  STIR = 2;
  BARRIER();
  NVIC_ICER0 = 4;
  STIR = 2;
  BARRIER();
  print_hex("pending while disabled", NVIC_ISPR0);
  NVIC_ISER0 = 4;
  BARRIER();
  return 0;
}
