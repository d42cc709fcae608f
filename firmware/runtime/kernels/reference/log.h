// log() of SOFTMAX's sums in fixed point.
#ifndef RUNTIME_KERNELS_REFERENCE_LOG_H_
#define RUNTIME_KERNELS_REFERENCE_LOG_H_

#include <cstdint>

namespace tflm::reference {

// log(x) for x of at least 1 with 12 integer bits; the result has 5. Bit-exact with TFLM's
// log_x_for_x_greater_than_or_equal_to_1.
int32_t LogOfSum(int32_t x);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_LOG_H_
