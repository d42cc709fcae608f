#include "kernels/quantization.h"

#include <cmath>
#include <cstring>

#include "kernels/kernel.h"

namespace tflm {
namespace {

// IEEE 754 binary32 and binary64: bits of a significand, the leading one included.
constexpr int kFloatBits = 24;
constexpr int kDoubleBits = 53;
constexpr int kMultiplierBits = 31;

constexpr int kLargestShift = 30;
constexpr int kSmallestShift = -31;

// A float as significand * 2^exponent, the significand in [2^23, 2^24), or 0.
struct Parts {
  uint32_t significand;
  int exponent;
};

Parts Split(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  constexpr int kFractionBits = kFloatBits - 1;
  constexpr int kBias = 127 + kFractionBits;
  uint32_t significand = bits & ((1u << kFractionBits) - 1);
  int exponent = static_cast<int>((bits >> kFractionBits) & 0xff);
  if (exponent == 0) {  // subnormal
    if (significand == 0) return {0, 0};
    for (exponent = 1; significand >> kFractionBits == 0; --exponent) significand <<= 1;
  }
  return {significand | 1u << kFractionBits, exponent - kBias};
}

// `value` without its lowest `dropped` bits, rounded to nearest: a half upwards, or to even as
// double arithmetic does. `remainder`: something below the lowest bit was cut off before.
uint64_t DropBits(uint64_t value, int dropped, bool ties_to_even, bool remainder) {
  const uint64_t half = uint64_t{1} << (dropped - 1);
  const uint64_t low = value & (2 * half - 1);
  const uint64_t high = value >> dropped;
  if (low < half) return high;
  const bool tie = low == half && !remainder;
  return tie && ties_to_even ? high + (high & 1) : high + 1;
}

// The quantized value of `real`, not yet limited; false when it does not fit.
bool Quantize(float real, const TfLiteQuantizationParams& params, int32_t* quantized) {
  // Far outside every type, and the sum with a zero point fits.
  constexpr float kLimit = 1 << 30;
  const float scaled = std::round(real / params.scale);
  if (!(scaled > -kLimit && scaled < kLimit)) return false;
  *quantized = static_cast<int32_t>(scaled) + params.zero_point;
  return true;
}

}  // namespace

bool QuantizeRatio(float a, float b, float c, QuantizedMultiplier* result) {
  return QuantizeRatio(a, b, c, 1.0f, result);
}

bool QuantizeRatio(float a, float b, float c, float d, QuantizedMultiplier* result) {
  const Parts x = Split(a);
  const Parts y = Split(b);
  const Parts z = Split(c);
  const Parts w = Split(d);
  *result = {0, 0};
  if (x.significand == 0 || y.significand == 0) return true;
  // The products are exact in double: 48 bits at most.
  uint64_t remainder = static_cast<uint64_t>(x.significand) * y.significand;
  int exponent = x.exponent + y.exponent - z.exponent - w.exponent;
  // Schoolbook division, one bit a step, to two bits more than double has.
  constexpr int kQuotientBits = kDoubleBits + 2;
  uint64_t divisor = static_cast<uint64_t>(z.significand) * w.significand;
  while (remainder >= divisor) {
    divisor <<= 1;
    ++exponent;
  }
  while (remainder < divisor >> 1) {
    remainder <<= 1;
    --exponent;
  }
  // Now remainder / divisor lies in [1/2, 1).
  uint64_t quotient = 0;
  for (int i = 0; i < kQuotientBits; ++i) {
    remainder <<= 1;
    quotient <<= 1;
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1;
    }
  }
  // First to a double, then to a multiplier. Either may carry into one bit more.
  const uint64_t as_double = DropBits(quotient, kQuotientBits - kDoubleBits, true, remainder != 0);
  uint64_t multiplier = DropBits(as_double, kDoubleBits - kMultiplierBits, false, false);
  int shift = exponent;
  while (multiplier >> kMultiplierBits != 0) {
    multiplier >>= 1;
    ++shift;
  }
  if (shift > kLargestShift) return false;
  if (shift >= kSmallestShift) *result = {static_cast<int32_t>(multiplier), shift};
  return true;
}

TfLiteStatus QuantizedActivationRange(TfLiteContext* context, TfLiteFusedActivation activation,
                                      const TfLiteTensor* output, int32_t* min, int32_t* max) {
  const bool wide = output->type == kTfLiteInt16;
  *min = wide ? std::numeric_limits<int16_t>::min() : std::numeric_limits<int8_t>::min();
  *max = wide ? std::numeric_limits<int16_t>::max() : std::numeric_limits<int8_t>::max();
  float lower, upper;
  TF_LITE_ENSURE_STATUS(FloatActivationRange(context, activation, &lower, &upper));
  int32_t quantized;
  if (lower != std::numeric_limits<float>::lowest()) {
    if (!Quantize(lower, output->params, &quantized)) {
      return Unsupported(context, "output scale too small for its activation");
    }
    if (quantized > *min) *min = quantized;
  }
  if (upper != std::numeric_limits<float>::max()) {
    if (!Quantize(upper, output->params, &quantized)) {
      return Unsupported(context, "output scale too small for its activation");
    }
    if (quantized < *max) *max = quantized;
  }
  return kTfLiteOk;
}

TfLiteStatus FloatActivationRange(TfLiteContext* context, TfLiteFusedActivation activation,
                                  float* min, float* max) {
  *min = std::numeric_limits<float>::lowest();
  *max = std::numeric_limits<float>::max();
  switch (activation) {
    case kTfLiteActNone:
      return kTfLiteOk;
    case kTfLiteActRelu:
      *min = 0.0f;
      return kTfLiteOk;
    case kTfLiteActRelu6:
      *min = 0.0f;
      *max = 6.0f;
      return kTfLiteOk;
    case kTfLiteActReluN1To1:
      *min = -1.0f;
      *max = 1.0f;
      return kTfLiteOk;
    default:
      return Unsupported(context, "fused activation %d is not supported",
                         static_cast<int>(activation));
  }
}

TfLiteStatus Int32ActivationRange(TfLiteContext* context, TfLiteFusedActivation activation,
                                  int32_t* min, int32_t* max) {
  float lower, upper;
  TF_LITE_ENSURE_STATUS(FloatActivationRange(context, activation, &lower, &upper));
  const bool below = lower == std::numeric_limits<float>::lowest();
  const bool above = upper == std::numeric_limits<float>::max();
  *min = below ? std::numeric_limits<int32_t>::min() : static_cast<int32_t>(lower);
  *max = above ? std::numeric_limits<int32_t>::max() : static_cast<int32_t>(upper);
  return kTfLiteOk;
}

}  // namespace tflm
