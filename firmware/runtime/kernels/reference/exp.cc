#include "kernels/reference/exp.h"

#include <cstring>
#include <limits>

#include "kernels/reference/fixed_point.h"

namespace tflm::reference {
namespace {

// exp(x) for x in [-1/4, 0), 31 fractional bits: the Taylor series around -1/8 to the fourth
// power.
int32_t ExpNearZero(int32_t x) {
  constexpr int32_t kExpOfMinusOneEighth = 1895147668;  // exp(-1/8) * 2^31
  constexpr int32_t kOneThird = 715827883;              // 2^31 / 3
  const int32_t y = x + (1 << 28);                      // x + 1/8
  const int32_t y2 = Multiply(y, y);
  const int32_t y3 = Multiply(y2, y);
  const int32_t y4 = Multiply(y2, y2);
  const int32_t y4_over_4 = RoundingDivideByPOT(y4, 2);
  const int32_t upper =
      RoundingDivideByPOT(Multiply(y4_over_4 + y3, kOneThird) + y2, 1);  // y4/24 + y3/6 + y2/2
  return kExpOfMinusOneEighth + Multiply(kExpOfMinusOneEighth, y + upper);
}

// 2 / (1 + x) for x in [0, 1] with 31 fractional bits; the result has 29.
inline int32_t HalfDenominatorReciprocal(int32_t x) {
  // Newton's division, two integer bits: from 48/17 - 32/17 d, the best linear start on
  // [1/2, 1].
  constexpr int32_t k48Over17 = 1515870810;
  constexpr int32_t kMinus32Over17 = -1010580540;
  constexpr int32_t kOne = 1 << 29;
  // (1 + x) / 2, rounded half up; 1 is 2^31 - 1.
  const int64_t sum = static_cast<int64_t>(x) + std::numeric_limits<int32_t>::max();
  const int32_t half_denominator = static_cast<int32_t>((sum + 1) / 2);
  int32_t y = k48Over17 + Multiply(half_denominator, kMinus32Over17);
  for (int i = 0; i < 3; ++i) {
    const int32_t error = kOne - Multiply(half_denominator, y);
    y += ShiftLeftSaturated(Multiply(y, error), 2);
  }
  return y;
}

}  // namespace

template <int kIntegerBits>
int32_t ExpOnNegativeValues(int32_t x) {
  constexpr int kFractionalBits = 31 - kIntegerBits;
  constexpr int32_t kOneQuarter = 1 << (kFractionalBits - 2);
  // exp(-2^k) * 2^31 for k from -2 to 4, of which as many are needed as there are bits.
  static constexpr int32_t kFactors[] = {1672461947, 1302514674, 790015084, 290630308,
                                         39332535,   720401,     242};
  constexpr int kUsedFactors = kIntegerBits + 2;
  if (x == 0) return std::numeric_limits<int32_t>::max();
  // x = fraction in [-1/4, 0) - remainder, a multiple of 1/4.
  const int32_t fraction = (x & (kOneQuarter - 1)) - kOneQuarter;
  const int32_t remainder = fraction - x;
  int32_t result = ExpNearZero(ShiftLeftSaturated(fraction, 31 - kFractionalBits));
  int bit = kFractionalBits - 2;
  for (int i = 0; i < kUsedFactors; ++i) {
    if (remainder & (1 << bit)) result = Multiply(result, kFactors[i]);
    ++bit;
  }
  return result;
}

template int32_t ExpOnNegativeValues<4>(int32_t x);
template int32_t ExpOnNegativeValues<5>(int32_t x);

int32_t OneOverOnePlusX(int32_t x) { return ShiftLeftSaturated(HalfDenominatorReciprocal(x), 1); }

int32_t OneMinusXOverOnePlusX(int32_t x) {
  // (1 - x) / (1 + x) = 2 / (1 + x) - 1.
  constexpr int32_t kOne = 1 << 29;
  return ShiftLeftSaturated(HalfDenominatorReciprocal(x) - kOne, 2);
}

// exp(x) = 2^(k/32) * 2^(r/32), r in [-1/2, 1/2]: a table for the first, a cubic polynomial
// for the second, all in double. After S. Nagy, "Optimized Routines" (Arm, 2017), expf: the
// coefficients are its minimax polynomial of 2^r on that interval.
float ExpFloat(float x) {
  constexpr double kSteps = 32.0;
  // Below, the result is less than half the smallest float; above, more than the largest.
  constexpr float kUnderflow = -103.972084f;  // ln(2^-150)
  constexpr float kOverflow = 88.7228394f;    // ln(2^128)
  if (!(x >= kUnderflow)) return x != x ? x : 0.0f;
  if (x > kOverflow) return std::numeric_limits<float>::infinity();

  // 2^(i/32), i from 0 to 31.
  static constexpr double kPowers[] = {
      0x1.0000000000000p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b51p+0,
      0x1.172b83c7d517bp+0, 0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0,
      0x1.306fe0a31b715p+0, 0x1.371a7373aa9cbp+0, 0x1.3dea64c123422p+0, 0x1.44e086061892dp+0,
      0x1.4bfdad5362a27p+0, 0x1.5342b569d4f82p+0, 0x1.5ab07dd485429p+0, 0x1.6247eb03a5585p+0,
      0x1.6a09e667f3bcdp+0, 0x1.71f75e8ec5f74p+0, 0x1.7a11473eb0187p+0, 0x1.82589994cce13p+0,
      0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e5p+0, 0x1.9c49182a3f090p+0, 0x1.a5503b23e255dp+0,
      0x1.ae89f995ad3adp+0, 0x1.b7f76f2fb5e47p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0,
      0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5fp+0, 0x1.ea4afa2a490dap+0, 0x1.f50765b6e4540p+0};
  constexpr double kC0 = 0x1.c6af84b912394p-5 / kSteps / kSteps / kSteps;
  constexpr double kC1 = 0x1.ebfce50fac4f3p-3 / kSteps / kSteps;
  constexpr double kC2 = 0x1.62e42ff0c52d6p-1 / kSteps;
  constexpr double kStepsOverLn2 = 0x1.71547652b82fep+0 * kSteps;

  const double z = kStepsOverLn2 * static_cast<double>(x);
  const int32_t k = static_cast<int32_t>(z < 0.0 ? z - 0.5 : z + 0.5);
  const double r = z - static_cast<double>(k);
  const double r2 = r * r;
  const double polynomial = (kC0 * r + kC1) * r2 + (kC2 * r + 1.0);
  // 2^(k/32): the fraction from the table, the whole number into the exponent.
  uint64_t bits;
  std::memcpy(&bits, &kPowers[k & 31], sizeof(bits));
  bits += static_cast<uint64_t>(static_cast<int64_t>(k >> 5)) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof(power));
  return static_cast<float>(polynomial * power);
}

float LogisticFloat(float x) {
  // Beyond the upper limit the float nearest the result is 1.
  constexpr float kUpper = 16.619047164916992188f;
  constexpr float kLower = -9.0f;
  if (x > kUpper) return 1.0f;
  return x < kLower ? ExpFloat(x) : 1.0f / (1.0f + ExpFloat(-x));
}

}  // namespace tflm::reference
