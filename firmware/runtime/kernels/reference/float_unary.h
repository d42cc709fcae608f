// Operators that compute one float from one float.
#ifndef RUNTIME_KERNELS_REFERENCE_FLOAT_UNARY_H_
#define RUNTIME_KERNELS_REFERENCE_FLOAT_UNARY_H_

#include "kernels/kernel.h"

namespace tflm::reference {

struct FloatUnary {
  int32_t count;
};

template <float (*kFunction)(float)>
TfLiteStatus InvokeFloatUnary(TfLiteContext* context, TfLiteNode* node) {
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  const int32_t count = Parameters<FloatUnary>(node).count;
  for (int32_t i = 0; i < count; ++i) output[i] = kFunction(input[i]);
  return kTfLiteOk;
}

// Prepares the operator, whose tensors are float32, for `invoke`, an InvokeFloatUnary.
TfLiteStatus PrepareFloatUnary(TfLiteContext* context, TfLiteNode* node, const Single& tensors,
                               TfLiteNodeInvoke invoke);

// The same for an operator that has no other type.
TfLiteStatus PrepareFloatUnary(TfLiteContext* context, TfLiteNode* node, TfLiteNodeInvoke invoke);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_FLOAT_UNARY_H_
