// The operators of this kernel set: our own blocks for int8 convolution and fully connected layers
// where they suit; Arm's functions where they do not, and for pooling; the portable kernels for
// everything else.

#include "kernels/operators.h"

namespace tflite {

#define TFLM_KERNEL(name, method, options, cmsis_nn, dsp, ...) \
  TFLMRegistration Register_##name() { return tflm::BuiltinOperator(tflm::dsp::Prepare##method); }
#define TFLM_KERNEL_INT8(name, method, cmsis_nn, dsp, ...)          \
  TFLMRegistration Register_##name##_INT8() {                       \
    return tflm::BuiltinOperator(tflm::dsp::Prepare##method##Int8); \
  }
#include "runtime/operators.inc"

}  // namespace tflite
