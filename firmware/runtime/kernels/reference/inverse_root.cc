#include "kernels/reference/inverse_root.h"

#include <limits>

#include "kernels/reference/fixed_point.h"

namespace tflm::reference {

QuantizedMultiplier InverseRoot(int32_t x) {
  if (x <= 1) return {std::numeric_limits<int32_t>::max(), 0};
  // Bring x into [2^27, 2^29) by powers of 4, each of which doubles the result.
  int right_shift = 11;
  for (; x >= 1 << 29; ++right_shift) x /= 4;
  const int pairs = (__builtin_clz(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  right_shift -= pairs;
  x <<= 2 * pairs;
  // Newton's iteration with 3 integer bits, from 1: y = 3/2 y - x/2 y^3.
  constexpr int32_t kOne = 1 << 28;
  constexpr int32_t kThreeHalves = kOne + (kOne >> 1);
  constexpr int32_t kHalfRootOfTwo = 1518500250;  // sqrt(1/2) * 2^31
  constexpr int kIterations = 5;
  const int32_t half_x = RoundingDivideByPOT(x >> 1, 1);
  int32_t y = kOne;
  for (int i = 0; i < kIterations; ++i) {
    // A product of numbers with a and b integer bits has a + b of them.
    const int32_t cube = ShiftLeftSaturated(Multiply(Multiply(y, y), y), 6);
    y = ShiftLeftSaturated(Multiply(kThreeHalves, y) - Multiply(half_x, cube), 3);
  }
  y = Multiply(y, kHalfRootOfTwo);
  if (right_shift >= 0) return {y, -right_shift};
  return {static_cast<int32_t>(static_cast<uint32_t>(y) << -right_shift), 0};
}

}  // namespace tflm::reference
