#include "kernels/window_padding.h"

namespace tflm {

int32_t PaddingBefore(const Window& w, TfLitePadding padding) {
  // Far more than any input; the sums and products below then fit.
  constexpr int32_t kFarthest = 1 << 28;
  const int64_t exact_reach = static_cast<int64_t>(w.filter - 1) * w.dilation + 1;
  if (exact_reach > kFarthest || w.stride > kFarthest || w.input > kFarthest) return -1;
  const int32_t reach = static_cast<int32_t>(exact_reach);
  const int32_t covered = padding == kTfLitePaddingSame ? w.input : w.input - reach + 1;
  if (covered <= 0 || (covered + w.stride - 1) / w.stride != w.output) return -1;
  const int32_t total = (w.output - 1) * w.stride + reach - w.input;
  return total <= 0 ? 0 : total / 2;
}

}  // namespace tflm
