#include "kernels/cmsis_nn/output_stage.h"

namespace tflm::cmsis_nn {

int8_t Requantize(int32_t sum, int32_t multiplier, int32_t shift, const OutputRange& range) {
  int32_t value = workbench_requantize(sum, multiplier, shift) + range.offset;
  value = value < range.min ? range.min : value;
  return static_cast<int8_t>(value > range.max ? range.max : value);
}

}  // namespace tflm::cmsis_nn
