#include <cstring>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct ReshapeParameters {
  uint32_t bytes;
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto* input = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<uint8_t>(context, node, 0);
  if (input != output) std::memcpy(output, input, Parameters<ReshapeParameters>(node).bytes);
  return kTfLiteOk;
}

}  // namespace

// The new shape is the output tensor's; the second input and the option say the same.
TfLiteStatus PrepareReshape(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocatePersistent<ReshapeParameters>(context);
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

}  // namespace tflm::reference
