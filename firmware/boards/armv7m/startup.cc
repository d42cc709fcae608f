// From reset to main(): FPU, fault handlers, memory, static constructors.

#include <cstdint>
#include <cstring>

#include "boards/armv7m/registers.h"
#include "boards/armv7m/stack.h"
#include "boards/armv7m/vectors.h"

// Defined by sections.ld.
extern "C" {
extern uint32_t __vectors[];
extern uint32_t __stack_limit[];
extern uint8_t __data_start[], __data_end[], __data_load[];
extern uint8_t __bss_start[], __bss_end[];
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();

int main();
}

namespace {

constexpr uint32_t kStackPaint = 0xC5C5C5C5;

// Everything below the caller's stack pointer; inlined, as a callee's frame would be painted over.
[[gnu::always_inline]] inline void PaintStack() {
  uint32_t* stack_pointer;
  asm volatile("mov %0, sp" : "=r"(stack_pointer));
  for (volatile uint32_t* word = __stack_limit; word < stack_pointer; ++word) *word = kStackPaint;
}

}  // namespace

extern "C" void Reset_Handler() {
  using namespace armv7m;
  // A boot loader may have left its own table behind; the vectors are ours from here on.
  SCB->VTOR = reinterpret_cast<uint32_t>(__vectors);
  // Compiled code uses FPU registers, so the FPU comes before everything else.
  SCB->CPACR = SCB->CPACR | CPACR_CP10_CP11_FULL;
  FPU->FPCCR = FPU->FPCCR | FPCCR_ASPEN | FPCCR_LSPEN;
  asm volatile("dsb\n isb" ::: "memory");
  SCB->CCR = SCB->CCR | CCR_STKALIGN | CCR_DIV_0_TRP;
  SCB->SHCSR = SCB->SHCSR | SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA;

  PaintStack();
  std::memcpy(__data_start, __data_load, __data_end - __data_start);
  std::memset(__bss_start, 0, __bss_end - __bss_start);
  for (auto constructor = __init_array_start; constructor != __init_array_end; ++constructor) {
    (*constructor)();
  }
  main();
  for (;;) asm volatile("wfi");
}

namespace armv7m {

uint32_t StackSize() {
  return reinterpret_cast<uintptr_t>(__stack_top) - reinterpret_cast<uintptr_t>(__stack_limit);
}

uint32_t StackPeak() {
  const volatile uint32_t* word = __stack_limit;
  while (word < __stack_top && *word == kStackPaint) ++word;
  return reinterpret_cast<uintptr_t>(__stack_top) - reinterpret_cast<uintptr_t>(word);
}

}  // namespace armv7m
