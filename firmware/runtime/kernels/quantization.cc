#include "kernels/quantization.h"

#include <cmath>
#include <cstring>

#include "kernels/kernel.h"

namespace tflm {
namespace {

// IEEE 754 binary64.
constexpr int kDoubleFractionBits = 52;
constexpr int kDoubleExponentBias = 1023;
constexpr uint64_t kDoubleExponentMask = 0x7ff;

constexpr int kLargestShift = 30;
constexpr int kSmallestShift = -31;

// The quantized value of `real`, not yet limited; false when it does not fit.
bool Quantize(float real, const TfLiteQuantizationParams& params, int32_t* quantized) {
  // float(2^31) is the first that does not fit.
  constexpr float kLimit = 2147483648.0f;
  const float scaled = std::round(real / params.scale);
  if (!(scaled >= -kLimit && scaled < kLimit)) return false;
  const int64_t sum = static_cast<int64_t>(scaled) + params.zero_point;
  if (sum < std::numeric_limits<int32_t>::min() || sum > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  *quantized = static_cast<int32_t>(sum);
  return true;
}

}  // namespace

// Works on the representation, which is what frexp and a rounding to 31 bits come to.
QuantizedMultiplier QuantizeMultiplier(double real) {
  uint64_t bits;
  std::memcpy(&bits, &real, sizeof(bits));
  const int exponent = static_cast<int>((bits >> kDoubleFractionBits) & kDoubleExponentMask);
  int shift = exponent - (kDoubleExponentBias - 1);
  if (exponent == 0 || shift < kSmallestShift - 1) return {0, 0};
  const uint64_t one = uint64_t{1} << kDoubleFractionBits;
  const uint64_t significand = (bits & (one - 1)) | one;
  // From 53 bits to 31, halves upwards.
  constexpr int kDropped = kDoubleFractionBits + 1 - 31;
  uint64_t multiplier = (significand + (uint64_t{1} << (kDropped - 1))) >> kDropped;
  if (multiplier == uint64_t{1} << 31) {
    multiplier >>= 1;
    ++shift;
  }
  if (shift < kSmallestShift) return {0, 0};
  return {static_cast<int32_t>(multiplier), shift};
}

bool IsRepresentable(double real) {
  // The largest multiplier that rounds to a shift of 30 at most.
  return real >= 0.0 && real < static_cast<double>(1 << kLargestShift) * (1.0 - 1e-9);
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

}  // namespace tflm
