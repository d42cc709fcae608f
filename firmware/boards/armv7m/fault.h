// What the core says about a fault, kept where a reset does not clear it.
#ifndef FIRMWARE_BOARDS_ARMV7M_FAULT_H_
#define FIRMWARE_BOARDS_ARMV7M_FAULT_H_

#include <cstdint>

namespace armv7m {

// The state at a fault. The host finds it by the symbol `g_fault_record`.
struct FaultRecord {
  static constexpr uint32_t kMagic = 0x544C5546;  // "FULT"

  uint32_t magic;  // kMagic when the rest is valid
  uint32_t exception;
  uint32_t exc_return;
  uint32_t frame;        // address of the stacked frame
  uint32_t frame_valid;  // 0 where the frame lies outside RAM: r0-r3, r12, lr, pc, xpsr are then 0
  uint32_t r[13];
  uint32_t sp;  // before the exception was taken
  uint32_t lr;
  uint32_t pc;
  uint32_t xpsr;
  uint32_t cfsr;
  uint32_t hfsr;
  uint32_t mmfar;
  uint32_t bfar;
};

// Prints `reason` and stops the core for good.
[[noreturn]] void Panic(const char* reason);

}  // namespace armv7m

extern "C" armv7m::FaultRecord g_fault_record;

#endif  // FIRMWARE_BOARDS_ARMV7M_FAULT_H_
