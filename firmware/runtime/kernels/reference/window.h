// Which taps of a sliding window lie inside the input.
#ifndef RUNTIME_KERNELS_REFERENCE_WINDOW_H_
#define RUNTIME_KERNELS_REFERENCE_WINDOW_H_

#include <cstdint>

namespace tflm::reference {

// Taps [begin, end) of a window of `taps` taps, `dilation` apart, that starts at `origin`
// (negative: in the padding), over an input of `size`.
struct TapRange {
  int32_t begin;
  int32_t end;
};

inline TapRange TapsInside(int32_t origin, int32_t taps, int32_t dilation, int32_t size) {
  TapRange range = {0, taps};
  if (origin < 0) range.begin = (dilation - 1 - origin) / dilation;
  if (origin + (taps - 1) * dilation >= size) {
    range.end = (size - origin + dilation - 1) / dilation;
  }
  if (range.end < range.begin) range.end = range.begin;
  return range;
}

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_WINDOW_H_
