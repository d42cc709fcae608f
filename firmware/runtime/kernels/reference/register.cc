// The operators of this kernel set: all portable.

#include "kernels/operators.h"

namespace tflite {

#define TFLM_KERNEL(name, method, ...)                              \
  TFLMRegistration Register_##name() {                              \
    return tflm::BuiltinOperator(tflm::reference::Prepare##method); \
  }
#define TFLM_KERNEL_INT8(name, method, ...)                               \
  TFLMRegistration Register_##name##_INT8() {                             \
    return tflm::BuiltinOperator(tflm::reference::Prepare##method##Int8); \
  }
#include "runtime/operators.inc"

}  // namespace tflite
