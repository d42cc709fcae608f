#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/reference/float_functions.h"

namespace tflm::reference {
namespace {

// After W. Dijkstra, "Optimized Routines" (Arm, 2018), sinf and cosf: its reductions and its
// polynomials.
constexpr double kHalfPi = 0x1.921fb54442d18p0;

// x = quadrant * pi/2 + rest.
struct Angle {
  double rest;
  int32_t quadrant;
};

// For |x| below 120, where a product in double is exact enough.
Angle ReduceSmall(float x) {
  constexpr int kQuadrantBits = 24;
  constexpr double kTwoOverPi = 0x1.45f306dc9c883p+23;  // times 2^kQuadrantBits
  const double scaled = static_cast<double>(x) * kTwoOverPi;
  const int32_t half = 1 << (kQuadrantBits - 1);
  const int32_t quadrant = (static_cast<int32_t>(scaled) + half) >> kQuadrantBits;
  return {static_cast<double>(x) - static_cast<double>(quadrant) * kHalfPi, quadrant};
}

// For any larger |x|, whose bits are given: times 2/pi, of which the 96 bits are taken that matter,
// in fixed point with 62 fractional bits.
Angle ReduceLarge(uint32_t bits) {
  // 2/pi, 32 bits from each 8th bit on.
  static constexpr uint32_t kTwoOverPi[] = {
      0x000000a2, 0x0000a2f9, 0x00a2f983, 0xa2f9836e, 0xf9836e4e, 0x836e4e44,
      0x6e4e4415, 0x4e441529, 0x441529fc, 0x1529fc27, 0x29fc2757, 0xfc2757d1,
      0x2757d1f5, 0x57d1f534, 0xd1f534dd, 0xf534ddc0, 0x34ddc0db, 0xddc0db62,
      0xc0db6295, 0xdb629599, 0x6295993c, 0x95993c43, 0x993c4390, 0x3c439041};
  constexpr int kFractionalBits = 62;
  const uint32_t* factor = kTwoOverPi + ((bits >> 26) & 15);
  const uint32_t significand = ((bits & 0x00ffffff) | 0x00800000) << ((bits >> 23) & 7);
  const uint64_t upper = static_cast<uint64_t>(significand * factor[0]) << 32;
  const uint64_t middle = static_cast<uint64_t>(significand) * factor[4];
  const uint64_t lower = static_cast<uint64_t>(significand) * factor[8];
  uint64_t product = (upper | (lower >> 32)) + middle;
  const uint64_t quadrant = (product + (uint64_t{1} << (kFractionalBits - 1))) >> kFractionalBits;
  product -= quadrant << kFractionalBits;
  constexpr double kUnit = 0x1.921fb54442d18p-62;  // pi/2 / 2^62
  return {static_cast<double>(static_cast<int64_t>(product)) * kUnit,
          static_cast<int32_t>(quadrant)};
}

double SinPolynomial(double x) {
  constexpr double kC3 = -0x1.555545995a603p-3;
  constexpr double kC5 = 0x1.1107605230bc4p-7;
  constexpr double kC7 = -0x1.994eb3774cf24p-13;
  const double x2 = x * x;
  const double x3 = x * x2;
  return (x + x3 * kC3) + x3 * x2 * (kC5 + x2 * kC7);
}

double CosPolynomial(double x) {
  constexpr double kC2 = -0x1.ffffffd0c621cp-2;
  constexpr double kC4 = 0x1.55553e1068f19p-5;
  constexpr double kC6 = -0x1.6c087e89a359dp-10;
  constexpr double kC8 = 0x1.99343027bf8c3p-16;
  const double x2 = x * x;
  const double x4 = x2 * x2;
  return ((1.0 + x2 * kC2) + x4 * kC4) + x4 * x2 * (kC6 + x2 * kC8);
}

// sin(x + quadrants * pi/2) for the rest and the quadrant of x.
float SinInQuadrant(const Angle& angle, int quadrants) {
  const uint32_t quadrant = static_cast<uint32_t>(angle.quadrant + quadrants);
  const double value = quadrant % 2 == 0 ? SinPolynomial(angle.rest) : CosPolynomial(angle.rest);
  return static_cast<float>(quadrant & 2 ? -value : value);
}

// sin(x + quadrants * pi/2), quadrants 0 or 1.
float SinOf(float x, int quadrants) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kTiny = 0x1p-12f;
  constexpr float kUnreduced = 0.75f;  // of what the reduction would leave alone
  constexpr float kSmall = 120.0f;
  const float magnitude = x < 0.0f ? -x : x;
  if (!(magnitude < kInfinity)) return std::numeric_limits<float>::quiet_NaN();
  if (magnitude < kTiny) return quadrants == 0 ? x : 1.0f;
  if (magnitude < kUnreduced) return SinInQuadrant({static_cast<double>(x), 0}, quadrants);
  if (magnitude < kSmall) return SinInQuadrant(ReduceSmall(x), quadrants);
  uint32_t bits;
  std::memcpy(&bits, &magnitude, sizeof(bits));
  const Angle angle = ReduceLarge(bits);
  // sin(-x) = -sin(x), cos(-x) = cos(x).
  const float value = SinInQuadrant(angle, quadrants);
  return x < 0.0f && quadrants == 0 ? -value : value;
}

}  // namespace

float SinFloat(float x) { return SinOf(x, 0); }

float CosFloat(float x) { return SinOf(x, 1); }

}  // namespace tflm::reference
