// Priorities: the bits that the part has, groups, the mask registers.
#include "rules.h"

static volatile uint32_t calls[4], order, seen;

static void enter(uint32_t number) {
  calls[number]++;
  order = order << 4 | (number + 1);
}
void Irq0Handler(void) { enter(0); }
void Irq1Handler(void) { enter(1); }
void Irq2Handler(void) {
  enter(2);
  PEND(3);
  order = order << 4 | 0xF;
}
void Irq3Handler(void) { enter(3); }
static volatile uint32_t in_nmi;
void NmiHandler(void) {
  if (in_nmi == 1) __asm volatile("cpsid f");
  if (in_nmi == 2) WRITE_SPECIAL("faultmask", 1);
  seen = READ_SPECIAL("faultmask");
}

// Whether interrupt 0 is taken at once with this value of BASEPRI.
static uint32_t taken_under(uint32_t basepri) {
  uint32_t before = calls[0];
  WRITE_SPECIAL("basepri", basepri);
  PEND(0);
  uint32_t taken = calls[0] - before;
  WRITE_SPECIAL("basepri", 0);
  BARRIER();
  return taken;
}

static uint32_t basepri_after(uint32_t first, uint32_t raised) {
  WRITE_SPECIAL("basepri", first);
  WRITE_SPECIAL("basepri_max", raised);
  uint32_t value = READ_SPECIAL("basepri");
  WRITE_SPECIAL("basepri", 0);
  return value;
}

static void bits(void) {
  NVIC_IPR(0) = 0xFF;
  print_hex("p.ipr", NVIC_IPR(0));
  REG(0xE000E404) = 0xFFFFFFFF;
  print_hex("p.ipr_word", REG(0xE000E404));
  REG(0xE000E404) = 0;
  SHPR1 = SHPR2 = SHPR3 = 0xFFFFFFFF;
  print_hex("p.shpr1", SHPR1);
  print_hex("p.shpr2", SHPR2);
  print_hex("p.shpr3", SHPR3);
  SHPR1 = SHPR2 = SHPR3 = 0;
}

static void basepri(void) {
  WRITE_SPECIAL("basepri", 0x1FF);
  print_hex("p.basepri", READ_SPECIAL("basepri"));
  WRITE_SPECIAL("basepri", 5);
  print_hex("p.basepri_5", READ_SPECIAL("basepri"));
  NVIC_IPR(0) = 0x40;
  print_hex("p.basepri_5.taken", taken_under(5));
  WRITE_SPECIAL("basepri", 0x47);
  print_hex("p.basepri_47", READ_SPECIAL("basepri"));
  print_hex("p.basepri_47.taken", taken_under(0x47));
  print_hex("p.basepri_50.taken", taken_under(0x50));
  print_hex("p.max_raises", basepri_after(0x80, 0x40));
  print_hex("p.max_lowers", basepri_after(0x40, 0x80));
  print_hex("p.max_from_0", basepri_after(0, 0x80));
  print_hex("p.max_0", basepri_after(0x80, 0));
  print_hex("p.max_5", basepri_after(0x80, 5));
}

// Interrupt 2, with priority 0x50, pends interrupt 3 with priority 0x40.
static uint32_t nested(uint32_t prigroup) {
  AIRCR = 0x05FA0000 | prigroup << 8;
  NVIC_IPR(2) = 0x50;
  NVIC_IPR(3) = 0x40;
  order = 0;
  PEND(2);
  AIRCR = 0x05FA0000;
  return order;
}

static void groups(void) {
  AIRCR = 0x05FA0000 | 5 << 8;
  print_hex("p.prigroup", AIRCR);
  AIRCR = 0x12340000;
  print_hex("p.key", AIRCR);
  print_hex("p.preempts", nested(3));
  print_hex("p.same_group", nested(4));
  print_hex("p.prigroup_7", nested(7));
  order = 0;
  NVIC_IPR(0) = NVIC_IPR(1) = 0x40;
  NVIC_ISPR0 = 3;
  BARRIER();
  print_hex("p.lowest_number", order);
  order = 0;
  NVIC_IPR(0) = 0x50;
  NVIC_ISPR0 = 3;
  BARRIER();
  print_hex("p.lowest_value", order);
  AIRCR = 0x05FA0000 | 4 << 8;
  order = 0;
  __asm volatile("cpsid i");
  NVIC_ISPR0 = 3;
  __asm volatile("cpsie i");
  BARRIER();
  print_hex("p.subpriority", order);
  AIRCR = 0x05FA0000;
}

static uint32_t vectpending(void) {
  NVIC_ISPR0 = 1;
  BARRIER();
  uint32_t shown = ICSR >> 12 & 0x1FF;
  NVIC_ICPR0 = 1;
  BARRIER();
  return shown;
}

static void pending_exception(void) {
  NVIC_IPR(0) = 0x40;
  WRITE_SPECIAL("basepri", 0x40);
  print_hex("p.pending.basepri", vectpending());
  WRITE_SPECIAL("basepri", 0);
  __asm volatile("cpsid f");
  print_hex("p.pending.faultmask", vectpending());
  __asm volatile("cpsie f\n cpsid i");
  print_hex("p.pending.primask", vectpending());
  __asm volatile("cpsie i");
}

static void masks(void) {
  __asm volatile("cpsid i");
  uint32_t before = calls[0];
  PEND(0);
  print_hex("p.primask", calls[0] - before);
  print_hex("p.primask.pending", NVIC_ISPR0 & 1);
  __asm volatile("cpsie i\n isb");
  print_hex("p.primask.then", calls[0] - before);
  __asm volatile("cpsid i");
  ATTEMPT(0, "udf #0\n");
  print_hex("p.primask.fault", fault.exception);
  print_hex("p.primask.hfsr", fault.hfsr);
  __asm volatile("cpsie i\n cpsid f");
  print_hex("p.faultmask", READ_SPECIAL("faultmask"));
  ICSR = 1u << 31;
  BARRIER();
  print_hex("p.faultmask.nmi", seen);
  print_hex("p.faultmask.kept", READ_SPECIAL("faultmask"));
  __asm volatile("cpsie f");
  in_nmi = 1;
  ICSR = 1u << 31;
  BARRIER();
  print_hex("p.nmi.cpsid_f", seen);
  in_nmi = 2;
  ICSR = 1u << 31;
  BARRIER();
  print_hex("p.nmi.msr_faultmask", seen);
  print_hex("p.nmi.after", READ_SPECIAL("faultmask"));
}

int main(void) {
  NVIC_ISER0 = 0xF;
  SHCSR = 7 << 16;
  bits();
  basepri();
  groups();
  pending_exception();
  masks();
  return 0;
}
