#include "kernels/reference/softmax_scale.h"

#include <limits>

#include "kernels/quantization.h"

namespace tflm::reference {

bool FindSoftmaxScale(float beta, float scale, SoftmaxScale* result) {
  constexpr int kFractionalBits = 31 - kSoftmaxIntegerBits;
  constexpr QuantizedMultiplier kLargest = {std::numeric_limits<int32_t>::max(), 31};
  QuantizedMultiplier quantized;
  const bool fits = QuantizeRatio(beta, scale, 1.0f, &quantized);
  quantized.shift += kFractionalBits;
  if (!fits || quantized.shift > kLargest.shift) quantized = kLargest;
  if (quantized.multiplier == 0 || quantized.shift < 0) return false;
  const int64_t radius =
      (int64_t{(1 << kSoftmaxIntegerBits) - 1} << kFractionalBits) >> quantized.shift;
  *result = {quantized.multiplier, quantized.shift, -static_cast<int32_t>(radius)};
  return true;
}

}  // namespace tflm::reference
