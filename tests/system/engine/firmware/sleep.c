// WFI, WFE and SysTick: time passes while the core sleeps.
#include "testlib.h"

static volatile uint32_t ticks, irqs;

void SysTickHandler(void) { ticks++; }
void Irq0Handler(void) { irqs++; }

int main(void) {
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  while (ticks < 5) __asm volatile("wfi");
  print_hex("ticks", ticks);

  print("primask wakes without the handler\n");
  __asm volatile("cpsid i");
  uint32_t before = ticks;
  __asm volatile("wfi");
  print_hex("handled", ticks - before);
  print_hex("pending", ICSR >> 26 & 1);
  __asm volatile("cpsie i\n isb");
  print_hex("handled", ticks - before);
  SYST_CSR = 0;
  ICSR = 1 << 25;

  print("event register\n");
  __asm volatile("sev\n wfe");  // comes straight through
  print("through\n");

  print("sevonpend\n");
  SCR = 1 << 4;
  __asm volatile("sev\n wfe");  // no event is left
  NVIC_ISPR0 = 1;               // disabled, but pending now: an event
  __asm volatile("wfe");
  print_hex("irqs", irqs);
  SCR = 0;
  NVIC_ICPR0 = 1;

  print("countflag\n");
  SYST_RVR = 999;
  SYST_CVR = 0;
  SYST_CSR = 5;
  while (!(SYST_CSR & 1 << 16)) {
  }
  print_hex("value in range", SYST_CVR < 1000);
  SYST_CSR = 0;
  return 0;
}
