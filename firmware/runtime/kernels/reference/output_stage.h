// The last step of every int8 kernel with weights: sums of products become outputs.
#ifndef RUNTIME_KERNELS_REFERENCE_OUTPUT_STAGE_H_
#define RUNTIME_KERNELS_REFERENCE_OUTPUT_STAGE_H_

#include <cstdint>

#include "kernels/conv.h"

namespace tflm::reference {

// Adds the bias (null: none), scales, adds the zero point and clamps, for `count` channels from
// `channel` on. `output` is where the first of them goes.
void StoreOutputs(const int32_t* sums, int32_t count, int32_t channel, const int32_t* bias,
                  const OutputQuantization& quantization, int8_t* output);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_OUTPUT_STAGE_H_
