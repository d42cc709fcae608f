// The Prepare functions of all kernels, from which a kernel set's register.cc builds its
// Register_* functions, and what pooling shares.
#ifndef RUNTIME_KERNELS_OPERATORS_H_
#define RUNTIME_KERNELS_OPERATORS_H_

#include "kernels/conv.h"
#include "kernels/kernel.h"

namespace tflm {

// Shapes of a pooling operator, NHWC, and the limits of its fused activation.
struct PoolGeometry {
  int32_t batches, channels;
  int32_t input_height, input_width;
  int32_t output_height, output_width;
  int32_t filter_height, filter_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left;
  int32_t activation_min, activation_max;            // int8, int16
  float float_activation_min, float_activation_max;  // float32
};

// Checks and fills all of it for the tensors' type (int8, int16 or float32).
TfLiteStatus PreparePoolGeometry(TfLiteContext* context, const TfLiteNode* node,
                                 PoolGeometry* geometry);

// PrepareAdd and so on, for each row of the table of operators in the namespaces that the row
// names, and in `reference`; for those with a custom code in the one namespace of the row.
#define TFLM_DECLARE(space, function) \
  namespace space {                   \
  PrepareFunction function;           \
  }
#define TFLM_KERNEL(name, method, options, cmsis_nn, dsp, ...) \
  TFLM_DECLARE(reference, Prepare##method)                     \
  TFLM_DECLARE(cmsis_nn, Prepare##method)                      \
  TFLM_DECLARE(dsp, Prepare##method)
#define TFLM_KERNEL_INT8(name, method, cmsis_nn, dsp) \
  TFLM_DECLARE(reference, Prepare##method##Int8)      \
  TFLM_DECLARE(cmsis_nn, Prepare##method##Int8)       \
  TFLM_DECLARE(dsp, Prepare##method##Int8)
#define TFLM_CUSTOM(name, method, code, space, folder, state, ...) \
  TFLM_DECLARE(folder, Prepare##method)                            \
  TFLM_DECLARE_RESET_##state(folder, method)
#define TFLM_CUSTOM_TYPE(name, method, space, folder, state, suffix, type) \
  TFLM_DECLARE(folder, Prepare##method##type)
#define TFLM_DECLARE_RESET_stateless(folder, method)
#define TFLM_DECLARE_RESET_stateful(folder, method) \
  namespace folder {                                \
  ResetFunction Reset##method;                      \
  }
#include "runtime/operators.inc"
#undef TFLM_DECLARE
#undef TFLM_DECLARE_RESET_stateless
#undef TFLM_DECLARE_RESET_stateful

}  // namespace tflm

#endif  // RUNTIME_KERNELS_OPERATORS_H_
