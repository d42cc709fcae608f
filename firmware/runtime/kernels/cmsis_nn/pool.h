// What AVERAGE_POOL_2D and MAX_POOL_2D share: Arm's functions have the same arguments.
#ifndef RUNTIME_KERNELS_CMSIS_NN_POOL_H_
#define RUNTIME_KERNELS_CMSIS_NN_POOL_H_

#include "kernels/cmsis_nn/arm.h"
#include "kernels/operators.h"

namespace tflm::cmsis_nn {

struct Pool {
  PoolGeometry geometry;
  int scratch;
};

// Arm's functions take one image at a time.
template <decltype(arm_max_pool_s8) kFunction>
TfLiteStatus InvokePool(TfLiteContext* context, TfLiteNode* node) {
  const auto& op = Parameters<Pool>(node);
  const PoolGeometry& g = op.geometry;
  const cmsis_nn_context scratch = Scratch(context, op.scratch);
  const cmsis_nn_pool_params params = {{g.stride_width, g.stride_height},
                                       {g.pad_left, g.pad_top},
                                       {g.activation_min, g.activation_max}};
  const cmsis_nn_dims input_dims = {1, g.input_height, g.input_width, g.channels};
  const cmsis_nn_dims filter_dims = {1, g.filter_height, g.filter_width, 1};
  const cmsis_nn_dims output_dims = {1, g.output_height, g.output_width, g.channels};
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t batch = 0; batch < g.batches; ++batch) {
    TF_LITE_ENSURE_STATUS(ToStatus(
        kFunction(&scratch, &params, &input_dims, input, &filter_dims, &output_dims, output)));
    input += g.input_height * g.input_width * g.channels;
    output += g.output_height * g.output_width * g.channels;
  }
  return kTfLiteOk;
}

inline bool InputIsInt8(TfLiteContext* context, const TfLiteNode* node) {
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  return input != nullptr && input->type == kTfLiteInt8;
}

// Checks the operator and allocates its parameters, *op; the scratch index is left to the caller.
inline TfLiteStatus PreparePool(TfLiteContext* context, TfLiteNode* node, Pool** op) {
  if (!InputIsInt8(context, node)) return Unsupported(context, "the input is not int8");
  *op = AllocatePersistent<Pool>(context);
  if (*op == nullptr) return kTfLiteError;
  node->user_data = *op;
  return PreparePoolGeometry(context, node, &(*op)->geometry);
}

}  // namespace tflm::cmsis_nn

#endif  // RUNTIME_KERNELS_CMSIS_NN_POOL_H_
