#include "kernels/operators.h"

namespace tflm::reference {
namespace {

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteIntArray* shape = tflite::micro::GetEvalInput(context, node, 0)->dims;
  auto* output = OutputData<int32_t>(context, node, 0);
  for (int i = 0; i < shape->size; ++i) output[i] = shape->data[i];
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareShape(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input == nullptr || output == nullptr) return kTfLiteError;
  if (output->type != kTfLiteInt32 || tflite::NumElements(output) != input->dims->size) {
    return Unsupported(context, "output is not one INT32 for each dimension");
  }
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::reference
