#ifndef FIRMWARE_BOARDS_ARMV7M_STACK_H_
#define FIRMWARE_BOARDS_ARMV7M_STACK_H_

#include <cstdint>

namespace armv7m {

// Bytes between __stack_limit and __stack_top.
uint32_t StackSize();

// The most bytes of stack that have been in use since reset: what is left of the pattern that
// Reset_Handler painted is subtracted from the size.
uint32_t StackPeak();

}  // namespace armv7m

#endif  // FIRMWARE_BOARDS_ARMV7M_STACK_H_
