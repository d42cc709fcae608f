#ifndef TESTS_SYSTEM_CUSTOM_OPS_DOUBLER_H_
#define TESTS_SYSTEM_CUSTOM_OPS_DOUBLER_H_

#include <cstdint>

constexpr int kFactor = 2;

inline int8_t Saturated(int value) {
  return static_cast<int8_t>(value > 127 ? 127 : value < -128 ? -128 : value);
}

#endif  // TESTS_SYSTEM_CUSTOM_OPS_DOUBLER_H_
