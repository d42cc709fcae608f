// The vector table (DDI 0403E B1.5.3): 16 words of the core, then the part's interrupts.
#ifndef FIRMWARE_BOARDS_ARMV7M_VECTORS_H_
#define FIRMWARE_BOARDS_ARMV7M_VECTORS_H_

#include <cstddef>
#include <cstdint>

extern "C" {
extern uint32_t __stack_top[];
void Reset_Handler();
void Fault_Handler();
void Unexpected_Handler();
}

namespace armv7m {

using Handler = void (*)();

template <size_t kInterrupts>
struct VectorTable {
  uint32_t* initial_stack = __stack_top;
  Handler reset = Reset_Handler;
  Handler nmi = Unexpected_Handler;
  Handler hard_fault = Fault_Handler;
  Handler mem_manage = Fault_Handler;
  Handler bus_fault = Fault_Handler;
  Handler usage_fault = Fault_Handler;
  Handler reserved[4] = {};
  Handler svcall = Unexpected_Handler;
  Handler debug_monitor = Unexpected_Handler;
  Handler reserved_13 = nullptr;
  Handler pend_sv = Unexpected_Handler;
  Handler sys_tick = Unexpected_Handler;
  Handler interrupts[kInterrupts] = {};

  constexpr VectorTable() {
    for (Handler& handler : interrupts) handler = Unexpected_Handler;
  }

  constexpr VectorTable With(size_t interrupt, Handler handler) const {
    VectorTable table = *this;
    table.interrupts[interrupt] = handler;
    return table;
  }
};

}  // namespace armv7m

#endif  // FIRMWARE_BOARDS_ARMV7M_VECTORS_H_
