// Arithmetic of fixed-point numbers of 32 bits, as gemmlowp's FixedPoint does it.
#ifndef RUNTIME_KERNELS_REFERENCE_FIXED_POINT_H_
#define RUNTIME_KERNELS_REFERENCE_FIXED_POINT_H_

#include <cstdint>
#include <limits>

#include "kernels/quantization.h"

namespace tflm::reference {

// Product of two numbers; it has the integer bits of both. Where one has 31 fractional bits, those
// of the other.
inline int32_t Multiply(int32_t a, int32_t b) { return SaturatingRoundingDoublingHighMul(a, b); }

// x * 2^bits, saturated.
inline int32_t ShiftLeftSaturated(int32_t x, int bits) {
  const int32_t limit = static_cast<int32_t>((uint32_t{1} << (31 - bits)) - 1);
  if (x > limit) return std::numeric_limits<int32_t>::max();
  if (x < -limit) return std::numeric_limits<int32_t>::min();
  return static_cast<int32_t>(static_cast<uint32_t>(x) << bits);
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_FIXED_POINT_H_
