// The operators that the runtime has: Register_ADD() and so on, one for each row of the table of
// operators. Which implementation these return is chosen at link time, by the kernel set. The
// _INT8 variants refuse other types in Prepare and so keep the float code out of the image. Those
// of custom operators return an address, as in TFLM, where it can be changed; here it is constant.
#ifndef TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_

#include "tensorflow/lite/micro/micro_common.h"

namespace tflite {

#define TFLM_KERNEL(name, ...) TFLMRegistration Register_##name();
#define TFLM_KERNEL_INT8(name, ...) TFLMRegistration Register_##name##_INT8();
#include "runtime/operators.inc"

}  // namespace tflite

#define TFLM_CUSTOM(name, method, code, space, ...) \
  namespace space {                                 \
  const TFLMRegistration* Register_##name();        \
  }
#define TFLM_CUSTOM_TYPE(name, method, space, folder, state, suffix, ...) \
  namespace space {                                                       \
  const TFLMRegistration* Register_##name##_##suffix();                   \
  }
#include "runtime/operators.inc"

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
