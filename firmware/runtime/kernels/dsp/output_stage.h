// The last step of every int8 kernel: a sum of products becomes an output.
#ifndef RUNTIME_KERNELS_DSP_OUTPUT_STAGE_H_
#define RUNTIME_KERNELS_DSP_OUTPUT_STAGE_H_

#include <arm_acle.h>

#include <cstdint>

#include "kernels/conv.h"
#include "kernels/dsp/requantize.h"

namespace tflm::dsp {

// Zero point and limits of an output, apart from the multipliers and shifts of its channels.
struct OutputRange {
  explicit OutputRange(const OutputQuantization& q)
      : offset(q.output_offset), min(q.activation_min), max(q.activation_max) {}

  int32_t offset, min, max;
};

// Requantizes, adds the offset and clamps: any shift, any range.
int8_t Requantize(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range);

// Whether RequantizeSaturating can do these `channels`: all shifts go to the right, and the limits
// are those of int8. That is the usual case.
bool Saturates(const OutputQuantization& quantization, int32_t channels);

// The same in 12 instructions. The offset is part of the shift's last step; that addition
// saturates, so that what would wrap is clamped like the large value it is.
inline int8_t RequantizeSaturating(int32_t sum, int32_t multiplier, int32_t shift, int32_t offset) {
  const int32_t product = workbench_doubling_high_multiply(sum, multiplier);
  const int32_t twice = (product + (product >> 31)) >> ~shift;
  return static_cast<int8_t>(__ssat(__qadd(twice, 2 * offset + 1) >> 1, 8));
}

template <bool kSaturates>
inline int8_t ToOutput(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range) {
  return kSaturates ? RequantizeSaturating(sum, multiplier, shift, range.offset)
                    : Requantize(sum, multiplier, shift, range);
}

}  // namespace tflm::dsp

#endif  // RUNTIME_KERNELS_DSP_OUTPUT_STAGE_H_
