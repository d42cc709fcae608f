#include "kernels/reference/output_stage.h"

namespace tflm::reference {

void StoreOutputs(const int32_t* sums, int32_t count, int32_t channel, const int32_t* bias,
                  const OutputQuantization& q, int8_t* output) {
  const int32_t scale_channel = q.per_channel ? channel : 0;
  const int32_t* multiplier = q.multipliers + scale_channel;
  const int8_t* shift = q.shifts + scale_channel;
  const int32_t step = q.per_channel ? 1 : 0;
  const int32_t offset = q.output_offset;
  const int32_t min = q.activation_min;
  const int32_t max = q.activation_max;
  if (bias != nullptr) bias += channel;
  for (const int8_t* end = output + count; output != end; ++output) {
    int32_t sum = *sums++;
    if (bias != nullptr) sum += *bias++;
    const int32_t scaled = MultiplyByQuantizedMultiplier(sum, *multiplier, *shift);
    *output = static_cast<int8_t>(Clamp(scaled + offset, min, max));
    multiplier += step;
    shift += step;
  }
}

}  // namespace tflm::reference
