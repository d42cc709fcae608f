#include "kernels/window_padding.h"

namespace tflm {

int32_t PaddingBefore(const Window& w, TfLitePadding padding) {
  const int64_t reach = (static_cast<int64_t>(w.filter) - 1) * w.dilation + 1;
  // Far more than any input; and positions then fit an int32.
  constexpr int64_t kFarthestReach = int64_t{1} << 28;
  if (reach > kFarthestReach || w.stride > kFarthestReach) return -1;
  const int64_t covered = padding == kTfLitePaddingSame ? w.input : w.input - reach + 1;
  if (covered <= 0 || (covered + w.stride - 1) / w.stride != w.output) return -1;
  const int64_t total = (static_cast<int64_t>(w.output) - 1) * w.stride + reach - w.input;
  return total <= 0 ? 0 : static_cast<int32_t>(total / 2);
}

}  // namespace tflm
