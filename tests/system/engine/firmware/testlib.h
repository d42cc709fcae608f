// What the engine's test programs share: registers, text out by semihosting, a vector table.
// Every program runs on the embedded engine and on QEMU's netduinoplus2, and prints the same.
#pragma once
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define ACTLR REG(0xE000E008)
#define ICSR REG(0xE000ED04)
#define VTOR REG(0xE000ED08)
#define AIRCR REG(0xE000ED0C)
#define SCR REG(0xE000ED10)
#define CCR REG(0xE000ED14)
#define SHPR1 REG(0xE000ED18)
#define SHPR2 REG(0xE000ED1C)
#define SHPR3 REG(0xE000ED20)
#define SHCSR REG(0xE000ED24)
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)
#define MMFAR REG(0xE000ED34)
#define BFAR REG(0xE000ED38)
#define CPACR REG(0xE000ED88)
#define FPCCR REG(0xE000EF34)
#define FPCAR REG(0xE000EF38)
#define NVIC_ISER0 REG(0xE000E100)
#define NVIC_ICER0 REG(0xE000E180)
#define NVIC_ISPR0 REG(0xE000E200)
#define NVIC_ICPR0 REG(0xE000E280)
#define NVIC_IABR0 REG(0xE000E300)
#define NVIC_IPR(n) (*(volatile uint8_t *)(0xE000E400 + (n)))
#define STIR REG(0xE000EF00)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)

#define BARRIER() __asm volatile("dsb\n isb" ::: "memory")
#define NAKED __attribute__((naked))
#define NOINLINE __attribute__((noinline))

static inline int semihost(int operation, const void *argument) {
  register int r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static inline void print(const char *text) { semihost(4, text); }

static inline void print_hex(const char *name, uint32_t value) {
  char line[48];
  int n = 0;
  while (name[n] && n < 32) {
    line[n] = name[n];
    n++;
  }
  line[n++] = '=';
  for (int shift = 28; shift >= 0; shift -= 4) line[n++] = "0123456789abcdef"[value >> shift & 15];
  line[n++] = '\n';
  line[n] = 0;
  print(line);
}

static inline void finish(void) {
  print("end\n");
  semihost(0x18, (const void *)0x20026);
  for (;;) {
  }
}

static inline uint32_t ipsr(void) {
  uint32_t value;
  __asm volatile("mrs %0, ipsr" : "=r"(value));
  return value;
}

static inline uint32_t control(void) {
  uint32_t value;
  __asm volatile("mrs %0, control" : "=r"(value));
  return value;
}

// A program defines main and those handlers that it uses; the others end the run.
int main(void);
void NmiHandler(void);
void HardFaultHandler(void);
void MemManageHandler(void);
void BusFaultHandler(void);
void UsageFaultHandler(void);
void SvcHandler(void);
void PendSvHandler(void);
void SysTickHandler(void);
void Irq0Handler(void);
void Irq1Handler(void);
void Irq2Handler(void);
void Irq3Handler(void);
