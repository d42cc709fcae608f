#include <cstdint>
#include <cstring>

#include "kernels/reference/exp.h"

namespace tflm::reference {
namespace {

// Adds `power` to the exponent of a normal float.
float TimesPowerOfTwo(float x, int power) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  bits += static_cast<uint32_t>(power) << 23;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

// x = power * ln 2 + reduced, |reduced| <= ln 2 / 2; `error` is what rounding took from it.
struct Reduction {
  int power;
  float reduced, error;
};

Reduction Reduce(float x) {
  constexpr float kLn2Upper = 6.9313812256e-01f;  // its last bits are 0, so products are exact
  constexpr float kLn2Lower = 9.0580006145e-06f;
  constexpr float kOneOverLn2 = 1.4426950216f;
  constexpr float kHalfLn2 = 0.34657359f;
  const float magnitude = x < 0.0f ? -x : x;
  if (magnitude <= kHalfLn2) return {0, x, 0.0f};
  int power = x < 0.0f ? -1 : 1;
  if (magnitude >= 3.0f * kHalfLn2) {
    power = static_cast<int>(kOneOverLn2 * x + (x < 0.0f ? -0.5f : 0.5f));
  }
  const float upper = x - static_cast<float>(power) * kLn2Upper;
  const float lower = static_cast<float>(power) * kLn2Lower;
  const float reduced = upper - lower;
  return {power, reduced, (upper - reduced) - lower};
}

}  // namespace

// By a rational function on the reduced interval: fdlibm's expm1 (K. C. Ng, Sun Microsystems, 1993)
// in single precision, whose every rounding is kept.
float ExpMinusOne(float x) {
  constexpr float kSaturated = -18.714973f;  // -27 ln 2: from here on the result is -1
  constexpr float kQ1 = -3.3333335072e-02f;
  constexpr float kQ2 = 1.5873016091e-03f;
  constexpr float kQ3 = -7.9365076090e-05f;
  constexpr float kQ4 = 4.0082177293e-06f;
  constexpr float kQ5 = -2.0109921195e-07f;
  constexpr float kTiny = 2.98023224e-08f;  // 2^-25
  if (x != x || (x > -kTiny && x < kTiny)) return x;
  if (x <= kSaturated) return -1.0f;
  const Reduction r = Reduce(x);
  const float y = r.reduced;
  const float half = 0.5f * y;
  const float square = y * half;
  const float series =
      1.0f + square * (kQ1 + square * (kQ2 + square * (kQ3 + square * (kQ4 + square * kQ5))));
  const float t = 3.0f - series * half;
  float e = square * ((series - t) / (6.0f - y * t));
  if (r.power == 0) return y - (y * e - square);
  e = (y * (e - r.error) - r.error) - square;
  switch (r.power) {
    case -1:
      return 0.5f * (y - e) - 0.5f;
    case 1:
      return y < -0.25f ? -2.0f * (e - (y + 0.5f)) : 1.0f + 2.0f * (y - e);
    default:
      break;
  }
  constexpr int kFractionBits = 23;
  if (r.power <= -2 || r.power > 56) return TimesPowerOfTwo(1.0f - (e - y), r.power) - 1.0f;
  const float shrunk = TimesPowerOfTwo(1.0f, -r.power);
  if (r.power < kFractionBits) return TimesPowerOfTwo((1.0f - shrunk) - (e - y), r.power);
  return TimesPowerOfTwo((y - (e + shrunk)) + 1.0f, r.power);
}

float TanhFloat(float x) {
  constexpr float kSaturated = 22.0f;
  constexpr float kTiny = 2.7755576e-17f;  // 2^-55
  if (x != x) return x;
  const float magnitude = x < 0.0f ? -x : x;
  float result = 1.0f;
  if (magnitude < kTiny) return x;
  if (magnitude < 1.0f) {
    const float t = ExpMinusOne(-2.0f * magnitude);
    result = -t / (t + 2.0f);
  } else if (magnitude < kSaturated) {
    result = 1.0f - 2.0f / (ExpMinusOne(2.0f * magnitude) + 2.0f);
  }
  return x < 0.0f ? -result : result;
}

}  // namespace tflm::reference
