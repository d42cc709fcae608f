// 1 / sqrt(x) in fixed point, as TFLM's quantized kernels take it.
#ifndef RUNTIME_KERNELS_REFERENCE_INVERSE_ROOT_H_
#define RUNTIME_KERNELS_REFERENCE_INVERSE_ROOT_H_

#include <cstdint>

#include "kernels/quantization.h"

namespace tflm::reference {

// The multiplier of 1 / sqrt(x): its shift is 0 or negative. x of 1 and less counts as 1.
// Bit-exact with TFLM's GetInvSqrtQuantizedMultiplierExp.
QuantizedMultiplier InverseRoot(int32_t x);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_INVERSE_ROOT_H_
