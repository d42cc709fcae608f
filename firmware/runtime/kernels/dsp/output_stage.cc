#include "kernels/dsp/output_stage.h"

#include <algorithm>

namespace tflm::dsp {

int8_t Requantize(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range) {
  int32_t value = workbench_requantize(sum, multiplier, shift) + range.offset;
  value = value < range.min ? range.min : value;
  return static_cast<int8_t>(value > range.max ? range.max : value);
}

bool Saturates(const OutputQuantization& q, int32_t channels) {
  return q.activation_min == INT8_MIN && q.activation_max == INT8_MAX &&
         std::all_of(q.shifts, q.shifts + channels, [](int8_t shift) { return shift < 0; });
}

}  // namespace tflm::dsp
