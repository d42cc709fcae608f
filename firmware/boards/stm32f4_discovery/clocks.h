#ifndef FIRMWARE_BOARDS_STM32F4_DISCOVERY_CLOCKS_H_
#define FIRMWARE_BOARDS_STM32F4_DISCOVERY_CLOCKS_H_

#include <cstdint>

namespace board {

// Clock of the peripherals on APB1, in hertz, as StartClocks has left it.
uint32_t Apb1Hz();

}  // namespace board

#endif  // FIRMWARE_BOARDS_STM32F4_DISCOVERY_CLOCKS_H_
