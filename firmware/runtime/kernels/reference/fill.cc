// FILL and ZEROS_LIKE.
#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/index_vector.h"

namespace tflm::reference {
namespace {

struct FillParameters {
  uint32_t count, element_bytes;
};

constexpr int kValue = 1;  // FILL's input

TfLiteStatus InvokeFill(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FillParameters>(node);
  const auto* value = InputData<uint8_t>(context, node, kValue);
  auto* output = OutputData<uint8_t>(context, node, 0);
  for (uint32_t i = 0; i < p.count; ++i, output += p.element_bytes) {
    std::memcpy(output, value, p.element_bytes);
  }
  return kTfLiteOk;
}

// Zeros are bytes of 0, also where a zero point is another.
TfLiteStatus InvokeZeros(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FillParameters>(node);
  std::memset(OutputData<uint8_t>(context, node, 0), 0, p.count * p.element_bytes);
  return kTfLiteOk;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node, const TfLiteTensor* output,
                     TfLiteNodeInvoke invoke) {
  auto* p = AllocateParameters<FillParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  *p = {static_cast<uint32_t>(tflite::NumElements(output)),
        static_cast<uint32_t>(ElementBytes(output))};
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFill(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt32, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* dims = PrepareInput(context, node, 0);
  const TfLiteTensor* value = PrepareInput(context, node, kValue);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (dims == nullptr || value == nullptr || output == nullptr) return kTfLiteError;
  if (!IsOneOf(value->type, kTypes) || value->type != output->type || value->dims->size != 0) {
    return Unsupported(context, "the value is not a scalar of the output's type");
  }
  bool fits = IsIndexVector(dims, output->dims->size);
  for (int d = 0; fits && d < output->dims->size; ++d) {
    fits = IndexAt(dims, d) == output->dims->data[d];
  }
  if (!fits) return Unsupported(context, "the dimensions are not a constant, the output's");
  return Prepare(context, node, output, InvokeFill);
}

TfLiteStatus PrepareZerosLike(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt32, kTfLiteInt64, kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  return Prepare(context, node, tensors.output, InvokeZeros);
}

}  // namespace tflm::reference
