// WFI, WFE, the event register, SLEEPONEXIT.
#include "rules.h"

static volatile uint32_t order, in_thread, in_handler, ticks;
void Irq0Handler(void) { order = order << 4 | 1; }
void Irq1Handler(void) {
  order = order << 4 | 2;
  PEND(2);
  in_handler = ticks;  // none, unless the core sleeps on return to this handler
  order = order << 4 | 0xF;
}
void Irq2Handler(void) { order = order << 4 | 3; }
void SysTickHandler(void) {
  if (++ticks == 3) SCR = 0;
}
void SvcHandler(void) { order = order << 4 | 4; }

static void wait_for_tick(uint32_t steps) {
  SYST_RVR = steps;
  SYST_CVR = 0;
  SYST_CSR = 7;
}

static void on_exit(void) {
  // Interrupt 2 preempts interrupt 1, and returns to it: the core does not sleep there.
  ticks = 0;
  wait_for_tick(2000);
  SCR = 1 << 1;
  NVIC_ISPR0 = 2;
  BARRIER();
  in_thread = ticks;  // reached when SysTick has cleared SLEEPONEXIT
  SYST_CSR = 0;
  print_hex("s.to_handler", order);
  print_hex("s.to_handler.ticks", in_handler);
  print_hex("s.to_thread", in_thread);
  // CCR.NONBASETHRDENA aside, an SVC returns to Thread mode as well.
  ticks = 2;
  wait_for_tick(2000);
  SCR = 1 << 1;
  BARRIER();
  order = 0;
  __asm volatile("svc 0" ::: "memory");
  in_thread = ticks;
  SYST_CSR = 0;
  print_hex("s.svc", in_thread);
}

static void events(void) {
  NVIC_ICER0 = 7;
  __asm volatile("sev\n wfe");  // the register was set: through
  print_hex("s.sev", 1);
  PEND(0);  // disabled, no SEVONPEND: no event
  NVIC_ICPR0 = 1;
  NVIC_ISER0 = 1;
  order = 0;
  PEND(0);  // exception entry and return set the register
  __asm volatile("wfe");
  print_hex("s.entry_sets", order);
  SCR = 1 << 4;
  NVIC_ICER0 = 1;
  PEND(0);  // SEVONPEND: a disabled interrupt becomes pending
  __asm volatile("wfe");
  print_hex("s.sevonpend", NVIC_ISPR0 & 1);
  SCR = 0;
  NVIC_ICPR0 = 1;
}

static void interrupts(void) {
  ticks = 3;
  __asm volatile("cpsid i");
  wait_for_tick(500);
  __asm volatile("wfi");
  print_hex("s.primask", ticks);
  print_hex("s.primask.pending", ICSR >> 26 & 1);
  SYST_CSR = 0;
  __asm volatile("cpsie i\n isb");
  print_hex("s.primask.then", ticks);
  // BASEPRI: what it masks does not wake, SysTick does.
  NVIC_ISER0 = 1;
  NVIC_IPR(0) = 0x80;
  WRITE_SPECIAL("basepri", 0x40);
  order = 0;
  NVIC_ISPR0 = 1;
  wait_for_tick(500);
  uint32_t before = ticks;
  __asm volatile("wfi");
  print_hex("s.basepri", ticks - before);
  print_hex("s.basepri.masked", order);
  SYST_CSR = 0;
  WRITE_SPECIAL("basepri", 0);
  BARRIER();
}

int main(void) {
  NVIC_ISER0 = 7;
  NVIC_IPR(1) = 0x80;
  NVIC_IPR(2) = 0x40;
  SHPR3 = 0x20u << 24;
  on_exit();
  events();
  interrupts();
  return 0;
}
