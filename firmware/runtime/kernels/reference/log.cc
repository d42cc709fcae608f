#include "kernels/reference/log.h"

#include <algorithm>

#include "kernels/reference/exp.h"
#include "kernels/reference/fixed_point.h"

namespace tflm::reference {
namespace {

constexpr int kInputIntegerBits = 12;
// One more than the result has, so that nothing in between saturates.
constexpr int kIntegerBits = 6;
constexpr int kFractionalBits = 31 - kIntegerBits;

// These have 31 fractional bits.
constexpr int32_t kLn2 = 1488522236;
constexpr int32_t kRootOfHalf = 1518500250;        // sqrt(1/2)
constexpr int32_t kFourthRootOfHalf = 1805811301;  // (1/2)^(1/4)

// (a + b) / 2, halves away from zero.
int32_t HalfSum(int32_t a, int32_t b) {
  const int64_t sum = static_cast<int64_t>(a) + b;
  return static_cast<int32_t>((sum + (sum >= 0 ? 1 : -1)) / 2);
}

// log(r * 2^(1/4)) for r in [1/2, 1/sqrt(2)], by a rational function around the middle; the result
// has kIntegerBits.
int32_t LogOfRest(int32_t r) {
  constexpr int32_t kNumerator = 117049297;      // 11/240 * 2^(1/4)
  constexpr int32_t kDenominator2 = 127690142;   // 1/20 * 2^(1/4)
  constexpr int32_t kDenominator0 = 1057819769;  // 2 * 2^(-1/4) - 2^(1/4)
  constexpr int32_t kDenominator1 = 638450708;   // 1/4 * 2^(1/4)
  const int32_t p = HalfSum(r, kFourthRootOfHalf);
  const int32_t q = 2 * (r - kFourthRootOfHalf);
  const int32_t square = Multiply(q, q);
  const int32_t numerator = Multiply(q, r) + Multiply(Multiply(q, square), kNumerator);
  const int32_t denominator_minus_1 =
      Multiply(p, kDenominator0 + q + Multiply(kDenominator2, square)) + Multiply(kDenominator1, q);
  return Multiply(RoundingDivideByPOT(numerator, kIntegerBits),
                  OneOverOnePlusX(denominator_minus_1));
}

}  // namespace

int32_t LogOfSum(int32_t x) {
  // x = r * 2^power, by the headroom of x or by that of x / sqrt(2), whichever leaves the smaller
  // r.
  constexpr int32_t kQuarter = 1 << (kFractionalBits - 2);
  const int headroom1 = __builtin_clz(static_cast<uint32_t>(x)) - 1;
  const int32_t scaled = ShiftLeftSaturated(x, headroom1);
  const int32_t r1 = ShiftLeftSaturated(Multiply(scaled, kRootOfHalf), 1);
  const int32_t power1 = (kInputIntegerBits - 1 - headroom1) * (1 << kFractionalBits) + kQuarter;
  const int headroom2 = __builtin_clz(static_cast<uint32_t>(Multiply(x, kRootOfHalf))) - 1;
  const int32_t r2 = ShiftLeftSaturated(x, headroom2);
  const int32_t power2 = (kInputIntegerBits - headroom2) * (1 << kFractionalBits) - kQuarter;
  const int32_t log = Multiply(std::max(power1, power2), kLn2) + LogOfRest(std::min(r1, r2));
  return ShiftLeftSaturated(log, 1);
}

}  // namespace tflm::reference
