// Fixed-point arithmetic with the multiplier of a Cortex-M4 that rounds: the same values as
// kernels/quantization.h, in fewer instructions.
#ifndef RUNTIME_KERNELS_ELEMENTWISE_ROUNDING_H_
#define RUNTIME_KERNELS_ELEMENTWISE_ROUNDING_H_

#include <arm_acle.h>

#include <cstdint>
#include <limits>

#include "kernels/quantization.h"

namespace tflm::elementwise {

// sum + round(a * b / 2^32), halves upwards.
inline int32_t AddHighProduct(int32_t sum, int32_t a, int32_t b) {
  int32_t result;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// A multiplier and a shift to the right by 1 or more, rounded after the multiplication and after
// the shift, as MultiplyByQuantizedMultiplier does, with an offset that is added to the result.
class Scaler {
 public:
  // The largest shift with which the offset of an int8 tensor cannot overflow.
  static constexpr int kMostOffsetShift = 23;

  explicit Scaler(const QuantizedMultiplier& m, int32_t offset = 0)
      : multiplier_(m.multiplier),
        shift_(-m.shift),
        addend_(static_cast<int32_t>(INT32_C(1) << (shift_ - 1)) + offset * (1 << shift_)) {}

  // value / 2 * multiplier, shifted, plus the offset; value is even and below 2^30, so that the
  // product does not exceed 2^29. Halves go away from zero: the product of a negative value is
  // lowered by one first. Where it is 0, less one is rounded to 0 as well.
  int32_t ScaleHalfOf(int32_t value) const {
    return (AddHighProduct(addend_, value, multiplier_) + (value >> 31)) >> shift_;
  }

 private:
  int32_t multiplier_, shift_, addend_;
};

inline bool ShiftsRight(const QuantizedMultiplier& m, int most) {
  return m.shift < 0 && m.shift >= -most;
}

// The limits of an operator's output.
struct WholeRange {
  int8_t Limit(int32_t value) const { return static_cast<int8_t>(__ssat(value, 8)); }
};

struct Range {
  int32_t min, max;
  int8_t Limit(int32_t value) const { return static_cast<int8_t>(Clamp(value, min, max)); }
};

inline bool IsWholeRange(int32_t min, int32_t max) {
  return min == std::numeric_limits<int8_t>::min() && max == std::numeric_limits<int8_t>::max();
}

}  // namespace tflm::elementwise

#endif  // RUNTIME_KERNELS_ELEMENTWISE_ROUNDING_H_
