// Two tasks on their own stacks, switched in PendSV as a small RTOS does it, with FPU context.
#include "testlib.h"

static uint32_t stacks[2][128];
static uint32_t *stack_pointers[2];
static volatile uint32_t current, switches, counts[2];
static volatile float sums[2];

static void yield(void) {
  ICSR = 1 << 28;
  BARRIER();
}

static void task(uint32_t id) {
  float step = id ? 0.5f : 0.25f, sum = 0;
  for (int i = 0; i < 20; i++) {
    sum += step;
    counts[id]++;
    yield();
  }
  sums[id] = sum;
  for (;;) {
    if (counts[0] >= 20 && counts[1] >= 20 && sums[0] > 0 && sums[1] > 0) {
      __asm volatile("svc 1");
    }
    yield();
  }
}

static void make_task(uint32_t id) {
  uint32_t *sp = &stacks[id][128];
  *--sp = 1 << 24;                        // xPSR
  *--sp = (uint32_t)task | 1;             // return address
  *--sp = 0;                              // lr
  for (int i = 0; i < 4; i++) *--sp = 0;  // r12, r3, r2, r1
  *--sp = id;                             // r0
  for (int i = 0; i < 8; i++) *--sp = 0;  // r4-r11
  *--sp = 0xFFFFFFFD;                     // EXC_RETURN
  stack_pointers[id] = sp;
}

uint32_t *__attribute__((used)) next_task(uint32_t *sp) {
  stack_pointers[current] = sp;
  current ^= 1;
  switches++;
  return stack_pointers[current];
}

void NAKED PendSvHandler(void) {
  __asm volatile(
      "mrs r0, psp\n"
      "tst lr, #0x10\n it eq\n vstmdbeq r0!, {s16-s31}\n"
      "stmdb r0!, {r4-r11}\n str lr, [r0, #-4]!\n"
      "bl next_task\n"
      "ldr lr, [r0], #4\n ldmia r0!, {r4-r11}\n"
      "tst lr, #0x10\n it eq\n vldmiaeq r0!, {s16-s31}\n"
      "msr psp, r0\n bx lr\n");
}

void NAKED SvcHandler(void) {
  __asm volatile(
      "tst lr, #4\n bne done\n"  // from a task: all is done
      "ldr r0, =stack_pointers\n ldr r0, [r0]\n ldr lr, [r0], #4\n ldmia r0!, {r4-r11}\n"
      "msr psp, r0\n bx lr\n");
}

void __attribute__((used)) done(void) {
  print_hex("control", control());
  print_hex("switches are enough", switches >= 40);
  print_hex("sum 0", (uint32_t)(sums[0] * 100));
  print_hex("sum 1", (uint32_t)(sums[1] * 100));
  finish();
}

int main(void) {
  CPACR = 0xF << 20;
  SHPR3 = 0x00F00000;
  BARRIER();
  make_task(0);
  make_task(1);
  __asm volatile("svc 0");  // starts the first task
  return 0;
}
