// System registers: which bits they have, what reads as 0.
#include "rules.h"

#define CALIB REG(0xE000E01C)

// Steps of SysTick in a loop of the same length.
static uint32_t steps(uint32_t csr) {
  SYST_CSR = 0;
  SYST_RVR = 0xFFFFFF;
  SYST_CVR = 0;
  SYST_CSR = csr;
  for (volatile int i = 0; i < 2000; i++) {
  }
  uint32_t counted = 0xFFFFFF - SYST_CVR;
  SYST_CSR = 0;
  return counted;
}

static void nvic(void) {
  print_hex("r.ictr", REG(0xE000E004));
  REG(0xE000E100) = 0xFFFFFFFF;
  print_hex("r.iser0", REG(0xE000E100));
  REG(0xE000E180) = 0xFFFFFFF0;
  print_hex("r.icer0", REG(0xE000E180));
  REG(0xE000E180) = 0xFFFFFFFF;
  REG(0xE000E108) = 0xFFFFFFFF;
  print_hex("r.iser2", REG(0xE000E108));
  print_hex("r.icer2", REG(0xE000E188));
  REG(0xE000E188) = 0xFFFFFFFF;
  REG(0xE000E208) = 0xFFFFFFFF;
  print_hex("r.ispr2", REG(0xE000E208));
  REG(0xE000E288) = 0xFFFFFFFF;
  print_hex("r.icpr2", REG(0xE000E288));
  REG(0xE000E10C) = 0xFFFFFFFF;
  print_hex("r.iser3", REG(0xE000E10C));
  print_hex("r.iabr2", REG(0xE000E308));
  REG(0xE000E450) = 0xFFFFFFFF;
  print_hex("r.ipr20", REG(0xE000E450));
  REG(0xE000E450) = 0;
  REG(0xE000E454) = 0xFFFFFFFF;
  print_hex("r.ipr21", REG(0xE000E454));
}

static void systick(void) {
  SYST_CSR = 0;
  print_hex("r.csr", SYST_CSR);
  SYST_CSR = 0xFFFFFFFA;
  print_hex("r.csr_bits", SYST_CSR);
  SYST_CSR = 4;
  print_hex("r.csr_core", SYST_CSR);
  SYST_RVR = 0xFFFFFFFF;
  print_hex("r.rvr", SYST_RVR);
  print_hex("r.calib", CALIB);
  SYST_CVR = 5;
  print_hex("r.cvr", SYST_CVR);
  uint32_t core = steps(5), reference = steps(1);
  print_hex("r.reference", (core + reference / 2) / reference);
  SYST_RVR = 99;
  SYST_CVR = 0;
  SYST_CSR = 5;
  while (!(SYST_CSR & 1 << 16)) {
  }
  print_hex("r.countflag", SYST_CSR >> 16 & 1);
  for (volatile int i = 0; i < 200; i++) {
  }
  SYST_CVR = 0;
  print_hex("r.countflag_cvr", SYST_CSR >> 16 & 1);
  SYST_CSR = 0;
  ICSR = 1 << 25;
}

static void scb(void) {
  print_hex("r.cpuid", REG(0xE000ED00) >> 4 & 0xFFF);
  SCR = 0xFFFFFFFF;
  print_hex("r.scr", SCR);
  SCR = 0;
  uint32_t ccr = CCR;
  print_hex("r.ccr_reset", ccr);
  CCR = 0xFFFFFFF7;  // without UNALIGN_TRP
  print_hex("r.ccr", CCR);
  CCR = ccr;
  SHCSR = 0xFFF70000;
  print_hex("r.shcsr", SHCSR);
  SHCSR = 0;
  ACTLR = 0xFFFFFFFF;
  print_hex("r.actlr", ACTLR);
  ACTLR = 0;
  CPACR = 0xFFFFFFFF;
  print_hex("r.cpacr", CPACR);
  CPACR = 0;
  print_hex("r.icsr", ICSR);
  VTOR = 0xFFFFFFFF;
  print_hex("r.vtor", VTOR);
  VTOR = 0x08000000;
  print_hex("r.mpu_type", REG(0xE000ED90));
  print_hex("r.narrow", *(volatile uint8_t *)0xE000ED0E | *(volatile uint16_t *)0xE000ED14 << 16);
}

int main(void) {
  nvic();
  systick();
  scb();
  return 0;
}
