// The last step of every int8 kernel: a sum of products becomes an output.
#ifndef RUNTIME_KERNELS_CMSIS_NN_OUTPUT_STAGE_H_
#define RUNTIME_KERNELS_CMSIS_NN_OUTPUT_STAGE_H_

#include <arm_acle.h>

#include <cstdint>

#include "kernels/cmsis_nn/requantize.h"
#include "kernels/conv.h"

namespace tflm::cmsis_nn {

// How sums become outputs, beside multiplier and shift.
struct OutputRange {
  explicit OutputRange(const OutputQuantization& q)
      : offset(q.output_offset), min(q.activation_min), max(q.activation_max) {}
  bool is_whole() const { return min == INT8_MIN && max == INT8_MAX; }

  int32_t offset, min, max;
};

// The range is all of int8, so that one instruction clamps.
template <bool kWholeRange>
inline int8_t Clamp(int32_t value, const OutputRange& range) {
  if (kWholeRange) return static_cast<int8_t>(__ssat(value, 8));
  value = value < range.min ? range.min : value;
  return static_cast<int8_t>(value > range.max ? range.max : value);
}

// workbench_requantize for a right shift, the addition of the offset drawn into its last step. The
// addition saturates, so that what would wrap is clamped like the large value it is.
template <bool kWholeRange>
inline int8_t ShiftRight(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range) {
  const int32_t product = workbench_doubling_high_multiply(sum, multiplier);
  const int32_t twice = (product + (product >> 31)) >> ~shift;
  return Clamp<kWholeRange>(__qadd(twice, 2 * range.offset + 1) >> 1, range);
}

inline int8_t Requantize(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range) {
  return Clamp<false>(workbench_requantize(sum, multiplier, shift) + range.offset, range);
}

}  // namespace tflm::cmsis_nn

#endif  // RUNTIME_KERNELS_CMSIS_NN_OUTPUT_STAGE_H_
