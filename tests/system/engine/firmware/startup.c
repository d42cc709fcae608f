// Vector table and reset of the test programs.
#include "testlib.h"

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

void Unexpected(void) {
  print_hex("unexpected exception", ipsr());
  print_hex("cfsr", CFSR);
  finish();
}

#define WEAK __attribute__((weak, alias("Unexpected")))
WEAK void NmiHandler(void);
WEAK void HardFaultHandler(void);
WEAK void MemManageHandler(void);
WEAK void BusFaultHandler(void);
WEAK void UsageFaultHandler(void);
WEAK void SvcHandler(void);
WEAK void PendSvHandler(void);
WEAK void SysTickHandler(void);
WEAK void Irq0Handler(void);
WEAK void Irq1Handler(void);
WEAK void Irq2Handler(void);
WEAK void Irq3Handler(void);

void ResetHandler(void) {
  uint32_t *from = &data_load;
  for (uint32_t *to = &data_start; to < &data_end;) *to++ = *from++;
  for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
  main();
  finish();
}

__attribute__((section(".isr_vector"), used)) static const void *const vectors[] = {
    &stack_top,
    ResetHandler,
    NmiHandler,
    HardFaultHandler,
    MemManageHandler,
    BusFaultHandler,
    UsageFaultHandler,
    0,
    0,
    0,
    0,
    SvcHandler,
    Unexpected,
    0,
    PendSvHandler,
    SysTickHandler,
    Irq0Handler,
    Irq1Handler,
    Irq2Handler,
    Irq3Handler,
};
