// The operators of this kernel set: Arm's functions for int8 convolution, fully connected and
// pooling; what the table names for others, the portable kernels for most.

#include "kernels/operators.h"

namespace tflite {

#define TFLM_KERNEL(name, method, options, cmsis_nn, ...)          \
  TFLMRegistration Register_##name() {                             \
    return tflm::BuiltinOperator(tflm::cmsis_nn::Prepare##method); \
  }
#define TFLM_KERNEL_INT8(name, method, cmsis_nn, ...)                    \
  TFLMRegistration Register_##name##_INT8() {                            \
    return tflm::BuiltinOperator(tflm::cmsis_nn::Prepare##method##Int8); \
  }
#include "runtime/operators.inc"

}  // namespace tflite
