// Fixed-point arithmetic of quantized operators. Bit-exact with TFLM's reference kernels,
// which round twice (TFLITE_SINGLE_ROUNDING is off in the PyPI package tflite_micro).
#ifndef RUNTIME_KERNELS_QUANTIZATION_H_
#define RUNTIME_KERNELS_QUANTIZATION_H_

#include <cstdint>
#include <cstring>
#include <limits>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"

namespace tflm {

// A positive real number as multiplier * 2^(shift - 31), multiplier in [2^30, 2^31), or 0.
struct QuantizedMultiplier {
  int32_t multiplier;
  int32_t shift;  // positive: left
};

// The multiplier of a * b / c, as TFLM computes it: in double, then rounded to 31 bits. Done in
// integers here, which spares an image the double-precision library. a and b are not negative,
// c is positive, all are finite. Below 2^-32 the result is 0; false when it is 2^30 or more.
bool QuantizeRatio(float a, float b, float c, QuantizedMultiplier* result);
// The same of a * b / (c * d).
bool QuantizeRatio(float a, float b, float c, float d, QuantizedMultiplier* result);

// round(a * b / 2^31), halves upwards, saturated in the one case that overflows. Equals
// gemmlowp's SaturatingRoundingDoublingHighMul, which nudges by sign and truncates.
inline int32_t SaturatingRoundingDoublingHighMul(int32_t a, int32_t b) {
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
  if (a == kMin && b == kMin) return std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t{1} << 30)) >> 31);
}

// x / 2^exponent, rounded to nearest, halves away from zero. exponent in [0, 31].
inline int32_t RoundingDivideByPOT(int32_t x, int exponent) {
  const int32_t mask = static_cast<int32_t>((int64_t{1} << exponent) - 1);
  const int32_t remainder = x & mask;
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

// x * multiplier * 2^(shift - 31), rounded twice: to nearest after the multiplication, to
// nearest after a right shift. Equals TFLM's MultiplyByQuantizedMultiplier for multiplier >= 0
// and shift in [-31, 30]; a left shift that overflows wraps, as it does there.
inline int32_t MultiplyByQuantizedMultiplier(int32_t x, int32_t multiplier, int32_t shift) {
  const int left = shift > 0 ? shift : 0;
  const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(x) << left);
  // No saturation: the multiplier is not negative. The product stays below 2^31 - 1.
  const int64_t product = static_cast<int64_t>(shifted) * multiplier;
  int32_t high = static_cast<int32_t>((product + (int64_t{1} << 30)) >> 31);
  if (shift >= 0) return high;
  // Halves away from zero: less one if negative, then halves upwards. One bit of the shift is
  // left for after the rounding, so nothing overflows.
  high += high >> 31;
  return ((high >> (-shift - 1)) + 1) >> 1;
}

// The same for a sum of 64 bits below 2^47 and a shift up to kMostWideShift, with 15 bits of the
// multiplier and one rounding, as TFLM does it for int16 activations.
constexpr int kMostWideShift = 14;
inline int32_t MultiplyWide(int64_t x, int32_t multiplier, int32_t shift) {
  constexpr int32_t kAlmostOne = 0x7fff0000;
  const int32_t reduced = multiplier < kAlmostOne ? (multiplier + (1 << 15)) >> 16 : 0x7fff;
  const int total_shift = 15 - shift;
  return static_cast<int32_t>((x * reduced + (int64_t{1} << (total_shift - 1))) >> total_shift);
}

// Element `index` of a bias, which a file may align to 4 bytes only.
template <typename Bias>
Bias ReadBias(const Bias* bias, int32_t index) {
  Bias value;
  std::memcpy(&value, reinterpret_cast<const uint8_t*>(bias) + sizeof(Bias) * index, sizeof(Bias));
  return value;
}

inline int32_t Clamp(int32_t x, int32_t min, int32_t max) {
  x = x < min ? min : x;
  return x > max ? max : x;
}

// The quantized limits that a fused activation puts on `output` (int8 or int16).
// kTfLiteError for an activation that has none or limits that do not fit.
TfLiteStatus QuantizedActivationRange(TfLiteContext* context, TfLiteFusedActivation activation,
                                      const TfLiteTensor* output, int32_t* min, int32_t* max);

// The same for float.
TfLiteStatus FloatActivationRange(TfLiteContext* context, TfLiteFusedActivation activation,
                                  float* min, float* max);

// The same for integers that are not quantized.
TfLiteStatus Int32ActivationRange(TfLiteContext* context, TfLiteFusedActivation activation,
                                  int32_t* min, int32_t* max);

}  // namespace tflm

#endif  // RUNTIME_KERNELS_QUANTIZATION_H_
