// RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape, the output tensor's. What
// else says that shape, inputs and options, is not asked.
#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct CopyParameters {
  uint32_t bytes;
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto* input = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<uint8_t>(context, node, 0);
  if (input != output) std::memcpy(output, input, Parameters<CopyParameters>(node).bytes);
  return kTfLiteOk;
}

TfLiteStatus PrepareCopy(TfLiteContext* context, TfLiteNode* node, int most_inputs) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, most_inputs, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocatePersistent<CopyParameters>(context);
  if (input == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  if (input->type != output->type || input->bytes != output->bytes) {
    return Unsupported(context, "input and output differ in type or number of elements");
  }
  p->bytes = static_cast<uint32_t>(input->bytes);
  node->user_data = p;
  tflite::GetMicroContext(context)->AllowInPlace(node, 0, 0);
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareReshape(TfLiteContext* context, TfLiteNode* node) {
  return PrepareCopy(context, node, 2);
}

TfLiteStatus PrepareSqueeze(TfLiteContext* context, TfLiteNode* node) {
  return PrepareCopy(context, node, 1);
}

TfLiteStatus PrepareExpandDims(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  if (input != nullptr && !IsOneOf(input->type, kTypes)) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(input->type));
  }
  return PrepareCopy(context, node, 2);
}

}  // namespace tflm::reference
