#include "kernels/operators.h"
#include "kernels/reference/many_sums.h"

namespace tflm::reference {
namespace {

struct AddNParameters {
  int32_t count;   // elements
  SumScale scale;  // int8
};

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const int32_t count = Parameters<AddNParameters>(node).count;
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t i = 0; i < count; ++i) output[i] = 0.0f;
  for (int k = 0; k < node->inputs->size; ++k) {
    const auto* input = InputData<float>(context, node, k);
    for (int32_t i = 0; i < count; ++i) output[i] += input[i];
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<AddNParameters>(node);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    int32_t sum = EmptySum(p.scale);
    for (int k = 0; k < node->inputs->size; ++k) {
      sum += Summand(p.scale, InputData<int8_t>(context, node, k)[i]);
    }
    output[i] = RoundedSum(p.scale, sum);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareAddN(TfLiteContext* context, TfLiteNode* node) {
  const int inputs = node->inputs->size;
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, inputs < 2 ? 2 : inputs, inputs, 1));
  const TfLiteTensor* first = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<AddNParameters>(context, node);
  if (first == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  const bool int8 = first->type == kTfLiteInt8;
  if (!int8 && first->type != kTfLiteFloat32) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(first->type));
  }
  if (first->type != output->type || !tflite::HaveSameShapes(first, output)) {
    return Unsupported(context, "input and output differ in type or shape");
  }
  for (int i = 1; i < inputs; ++i) {
    const TfLiteTensor* input = PrepareInput(context, node, i);
    if (input == nullptr) return kTfLiteError;
    const bool rescales = input->params.scale != first->params.scale ||
                          input->params.zero_point != first->params.zero_point;
    if (input->type != first->type || !tflite::HaveSameShapes(input, first) || (int8 && rescales)) {
      return Unsupported(context, "input %d differs in type, shape or quantization", i);
    }
  }
  p->count = static_cast<int32_t>(tflite::NumElements(output));
  SelectInvoke(node, int8 ? InvokeInt8 : InvokeFloat);
  if (!int8 || FindSumScale(first, output, &p->scale)) return kTfLiteOk;
  return Unsupported(context, "the scales do not fit");
}

}  // namespace tflm::reference
