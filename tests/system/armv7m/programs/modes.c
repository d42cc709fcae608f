// Modes, privilege, the two stacks: what unprivileged code and handlers may do.
#include "rules.h"

static volatile uint32_t handler_control, handler_sp, thread_psp;
static uint32_t psp_stack[64] __attribute__((aligned(8)));
static volatile uint32_t seen[12];

// What r0 holds at an SVC is noted in `seen`; SVC 0 gives privilege back.
void __attribute__((used)) service(uint32_t *frame) {
  uint32_t number = ((uint8_t *)frame[6])[-2];
  seen[number] = frame[0];
  if (!number) WRITE_SPECIAL("control", control() & ~1u);
}
void NAKED SvcHandler(void) {
  __asm volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n b service\n");
}

void Irq0Handler(void) {
  handler_control = control();
  __asm volatile("mov %0, sp" : "=r"(handler_sp));
  thread_psp = READ_SPECIAL("psp");
}

static void unprivileged(void) {
  WRITE_SPECIAL("basepri", 0x40);
  WRITE_SPECIAL("psp", 0x20001000);
  WRITE_SPECIAL("control", 1);
  __asm volatile(
      "mov r1, #0x80\n msr basepri, r1\n mov r1, #1\n msr primask, r1\n msr faultmask, r1\n"
      "cpsid i\n cpsid f\n mov r1, #0\n msr psp, r1\n msr control, r1\n isb\n"
      "mrs r0, control\n svc 1\n mrs r0, psp\n svc 2\n mrs r0, basepri\n svc 3\n mrs r0, msp\n svc "
      "4\n"
      "mrs r0, ipsr\n svc 5\n mrs r0, primask\n svc 6\n svc 0\n" ::
          : "r0", "r1", "memory");
  print_hex("o.msr_control", seen[1]);
  print_hex("o.mrs_psp", seen[2]);
  print_hex("o.mrs_basepri", seen[3]);
  print_hex("o.mrs_msp", seen[4]);
  print_hex("o.mrs_primask", seen[6]);
  print_hex("o.svc", control());
  print_hex("o.msr_basepri", READ_SPECIAL("basepri"));
  print_hex("o.msr_psp", READ_SPECIAL("psp"));
  print_hex("o.cps", READ_SPECIAL("primask") | READ_SPECIAL("faultmask") << 4);
  WRITE_SPECIAL("basepri", 0);
}

static void stacks(void) {
  uint32_t sp, psp = (uint32_t)(psp_stack + 64);
  WRITE_SPECIAL("psp", psp | 3);
  print_hex("o.sp_bits", READ_SPECIAL("psp") - psp);
  __asm volatile(
      "mov r1, #2\n msr control, r1\n isb\n mov %0, sp\n mov r1, #0\n msr control, r1\n isb\n"
      : "=r"(sp)::"r1", "memory");
  print_hex("o.spsel", sp - psp);
  NVIC_ISER0 = 1;
  __asm volatile(
      "ldr r1, =0xE000E200\n mov r2, #1\n mov r3, #2\n msr control, r3\n isb\n str r2, [r1]\n "
      "dsb\n isb\n"
      "mov r3, #0\n msr control, r3\n isb\n b 1f\n .ltorg\n 1:\n" ::
          : "r1", "r2", "r3", "memory");
  print_hex("o.handler_on_msp", handler_sp > (uint32_t)(psp_stack + 64));
  print_hex("o.handler_control", handler_control);
  print_hex("o.frame_on_psp", psp - thread_psp);
}

// CCR.NONBASETHRDENA: Thread mode while an exception is active. The last rules: the program ends
// there.
void NAKED PendSvHandler(void) {
  __asm volatile(
      "sub sp, #32\n ldr r0, =go\n str r0, [sp, #24]\n mov r0, #1 << 24\n str r0, [sp, #28]\n"
      "mvn r0, #6\n bx r0\n .ltorg\n");
}
void __attribute__((used)) go(void) {
  print_hex("o.nonbase.ipsr", ipsr());
  print_hex("o.nonbase.active", SHCSR & 0xFFF);
  finish();
}

int main(void) {
  uint32_t value;
  __asm volatile("mrs %0, epsr" : "=r"(value));
  print_hex("o.mrs_epsr", value);
  __asm volatile("mov r1, #5\n msr ipsr, r1\n mrs %0, ipsr" : "=r"(value)::"r1");
  print_hex("o.msr_ipsr", value);
  __asm volatile("ldr r1, =0xF80F0000\n msr apsr_nzcvqg, r1\n mrs %0, apsr"
                 : "=r"(value)::"r1", "cc");
  print_hex("o.apsr", value);
  unprivileged();
  stacks();
  CCR |= 1;
  ICSR = 1 << 28;
  BARRIER();
  return 0;
}
