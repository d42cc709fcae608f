#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/reference/float_functions.h"

namespace tflm::reference {
namespace {

// An interval of a significand: 1 / c and log(c) for a c near its middle.
struct Interval {
  double inverse, logarithm;
};

// After S. Nagy, "Optimized Routines" (Arm, 2017), logf: its intervals and its minimax polynomial.
constexpr int kIntervalBits = 4;
constexpr Interval kIntervals[1 << kIntervalBits] = {
    {0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2}, {0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
    {0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},  {0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
    {0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3}, {0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
    {0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4}, {0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
    {0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5}, {0x1p+0, 0x0p+0},
    {0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},  {0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
    {0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},  {0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
    {0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},  {0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
};
constexpr double kLn2 = 0x1.62e42fefa39efp-1;
constexpr double kC4 = -0x1.00ea348b88334p-2;
constexpr double kC3 = 0x1.5575b0be00b6ap-2;
constexpr double kC2 = -0x1.ffffef20a4123p-2;

constexpr int kFractionBits = 23;
constexpr uint32_t kLeastNormal = 0x00800000;
constexpr uint32_t kInfinity = 0x7f800000;

uint32_t BitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

}  // namespace

float LogFloat(float x) {
  if (x != x || x < 0.0f) return std::numeric_limits<float>::quiet_NaN();
  if (x == 0.0f) return -std::numeric_limits<float>::infinity();
  uint32_t bits = BitsOf(x);
  if (bits == kInfinity) return x;
  int exponent = 0;
  if (bits < kLeastNormal) {
    bits = BitsOf(x * 0x1p23f);
    exponent = -kFractionBits;
  }
  // x = 2^exponent * z, z from 0.6992 (whose bits are kLowest) to twice that.
  constexpr uint32_t kLowest = 0x3f330000;
  const uint32_t above = bits - kLowest;
  const int i = (above >> (kFractionBits - kIntervalBits)) & ((1 << kIntervalBits) - 1);
  exponent += static_cast<int32_t>(above) >> kFractionBits;
  bits -= above & (~0u << kFractionBits);
  float z;
  std::memcpy(&z, &bits, sizeof(z));
  // log(x) = log(1 + r) + log(c) + exponent * ln 2.
  const double r = static_cast<double>(z) * kIntervals[i].inverse - 1.0;
  const double constant = kIntervals[i].logarithm + static_cast<double>(exponent) * kLn2;
  const double r2 = r * r;
  const double polynomial = kC4 * r2 + (kC3 * r + kC2);
  return static_cast<float>(polynomial * r2 + (constant + r));
}

}  // namespace tflm::reference
