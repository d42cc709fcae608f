// Every kind of fault, with its status registers, taken by its own handler or escalated.
#include "testlib.h"

extern uint32_t stack_top;
static volatile uint32_t expected_pc;

// Prints the fault and goes on behind the instruction, or at `resume` if that is set.
static volatile uint32_t resume;

void __attribute__((used)) report(uint32_t *frame, uint32_t lr) {
  print_hex("exception", ipsr());
  print_hex("cfsr", CFSR);
  print_hex("hfsr", HFSR);
  if (CFSR & 1 << 15) print_hex("bfar", BFAR);
  if (CFSR & 1 << 7) print_hex("mmfar", MMFAR);
  print_hex("pc is right", expected_pc ? frame[6] == expected_pc : 2);
  print_hex("exc_return", lr);
  CFSR = CFSR;
  HFSR = HFSR;
  frame[6] = resume;
  frame[7] = (frame[7] & ~0x0600FC00u) | 1 << 24;  // out of any IT block
}

#define HANDLER(name) \
  void NAKED name(void) { __asm volatile("mrs r0, msp\n mov r1, lr\n b report\n"); }
HANDLER(HardFaultHandler)
HANDLER(MemManageHandler)
HANDLER(BusFaultHandler)
HANDLER(UsageFaultHandler)

// Runs `instruction` with r0 = address; label 1 is the instruction, label 2 where to go on.
#define TRY(what, address, instruction)                                                 \
  do {                                                                                  \
    print(what "\n");                                                                   \
    __asm volatile(                                                                     \
        "mov r0, %2\n adr r1, 1f\n str r1, %0\n adr r1, 2f\n orr r1, #1\n str r1, %1\n" \
        "mov r1, #0\n .balign 4\n 1: " instruction "\n .balign 4\n 2: nop\n"            \
        : "=m"(expected_pc), "=m"(resume)                                               \
        : "r"(address)                                                                  \
        : "r0", "r1", "r2", "r3", "r4", "r12", "lr", "memory", "cc");                   \
  } while (0)

static void all(void) {
  TRY("read nowhere", 0x30000000, "ldr r1, [r0]");
  TRY("write nowhere", 0x30000004, "str r1, [r0]");
  TRY("byte nowhere", 0x30000005, "ldrb r1, [r0]");
  TRY("undefined", 0, "udf #0");
  TRY("undefined, wide", 0, "udf.w #1");
  TRY("second of an IT block", 0x30000008, "cmp r0, r0\n it eq\n ldreq r1, [r0]\n");
}

// A fault inside an IT block: nothing behind it is executed, nor stored.
static volatile uint32_t untouched;
#define TRY_IN_IT(what, access)                                                                 \
  do {                                                                                          \
    register uint32_t sum __asm("r3") = 0;                                                      \
    print(what "\n");                                                                           \
    __asm volatile(                                                                             \
        "mov r0, %3\n adr r1, 1f\n str r1, %1\n adr r1, 2f\n orr r1, #1\n str r1, %2\n"         \
        "mov r1, #3\n cmp r0, r0\n .balign 4\n ittet eq\n addeq r3, #1\n 1: " access            \
        "\n"                                                                                    \
        "addne r3, #2\n addeq r3, #4\n adds r3, #8\n str r1, [%4]\n .balign 4\n nop\n 2: nop\n" \
        : "+l"(sum), "=m"(expected_pc), "=m"(resume)                                            \
        : "r"(0x30000008), "r"(&untouched)                                                      \
        : "r0", "r1", "r2", "memory", "cc");                                                    \
    print_hex("done before", sum);                                                              \
    print_hex("stored behind", untouched);                                                      \
  } while (0)

static void in_it_blocks(void) {
  TRY_IN_IT("load in an IT block", "ldreq r2, [r0]");
  TRY_IN_IT("store in an IT block", "streq r1, [r0]");
  TRY_IN_IT("byte in an IT block", "strbeq r1, [r0]");
  TRY_IN_IT("multiple in an IT block", "stmeq r0!, {r1, r2}");
}

static void jumps(void) {
  print("jump nowhere\n");
  expected_pc = 0x30000000;
  __asm volatile("adr r1, 2f\n orr r1, #1\n str r1, %0\n bx %1\n .balign 4\n 2: nop\n"
                 : "=m"(resume)
                 : "r"(0x30000001)
                 : "r1", "memory");
  print("jump without the Thumb bit\n");
  expected_pc = 0;
  __asm volatile(
      "adr r1, 2f\n bic r2, r1, #1\n orr r1, #1\n str r1, %0\n bx r2\n .balign 4\n 2: nop\n"
      : "=m"(resume)
      :
      : "r1", "r2", "memory");
  print("jump to the peripherals\n");
  expected_pc = 0x40000000;
  __asm volatile("adr r1, 2f\n orr r1, #1\n str r1, %0\n bx %1\n .balign 4\n 2: nop\n"
                 : "=m"(resume)
                 : "r"(0x40000001)
                 : "r1", "memory");
}

static uint32_t words[8];

static void unaligned(void) {
  const uint32_t odd = (uint32_t)words + 2;
  TRY("ldrd", odd, "ldrd r2, r3, [r0]");
  TRY("strd", odd, "strd r1, r1, [r0, #4]");
  TRY("ldm", odd, "ldm r0, {r2, r3}");
  TRY("stm", odd, "stmdb r0!, {r1, r2}");
  TRY("ldm, narrow", odd, "ldmia r0!, {r2, r3}");
  TRY("vldr", odd, "vldr s0, [r0]");
  TRY("vstm", odd, "vstmia r0!, {s0-s1}");
  TRY("ldrex", odd, "ldrex r2, [r0]");
  TRY("aligned ldrd", (uint32_t)words, "ldrd r2, r3, [r0, #4]");
  TRY("word", odd, "ldr r2, [r0]");
  TRY("halfword", odd + 1, "strh r1, [r0]");
  TRY("byte", odd + 1, "strb r1, [r0]");
}

int main(void) {
  ACTLR = 1 << 1;  // DISDEFWBUF: QEMU has no write buffer
  print("escalated\n");
  all();
  jumps();
  SHCSR = 7 << 16;
  print("enabled\n");
  all();
  jumps();
  in_it_blocks();
  print("fpu off\n");
  TRY("vmov", 0, "vmov s0, r0");
  TRY("vmov in a failed IT", 1, "cmp r0, #0\n it eq\n vmoveq s0, r0");
  print("division\n");
  CCR |= 1 << 4;
  TRY("by zero", 5, "sdiv r2, r0, r1");
  TRY("by zero, again", 7, "sdiv r2, r0, r1");
  TRY("by zero in an IT block", 7, "cmp r1, #0\n it eq\n udiveq r2, r0, r1");
  TRY("not by zero in a failed IT block", 7, "cmp r1, #0\n it ne\n udivne r2, r0, r1");
  TRY("by two", 10, "mov r1, #2\n udiv r2, r0, r1");
  CCR &= ~(1u << 4);
  TRY("by zero without the trap", 5, "udiv r2, r0, r1");
  CPACR = 0xF << 20;
  BARRIER();
  print("unaligned\n");
  unaligned();
  CCR |= 1 << 3;
  BARRIER();
  print("unaligned, trapped\n");
  unaligned();
  CCR &= ~(1u << 3);
  print("bad return\n");
  return 0;
}
