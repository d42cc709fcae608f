#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct DequantizeParameters {
  int32_t count;
  float scale;
  int32_t zero_point;
};

// TFLM multiplies in double and rounds to float. A float's product with an integer that a
// float holds exactly is exact in double, so one float multiplication gives the same.
template <typename T>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<DequantizeParameters>(node);
  const auto* input = InputData<T>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    output[i] = p.scale * static_cast<float>(input[i] - p.zero_point);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareDequantize(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocatePersistent<DequantizeParameters>(context);
  if (input == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  TfLiteNodeInvoke invoke = input->type == kTfLiteInt8    ? Invoke<int8_t>
                            : input->type == kTfLiteInt16 ? Invoke<int16_t>
                            : input->type == kTfLiteUInt8 ? Invoke<uint8_t>
                                                          : nullptr;
  if (invoke == nullptr || output->type != kTfLiteFloat32) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  // Beyond 16 bits the difference to a value would not be exact in float.
  const int32_t zero_point = input->params.zero_point;
  const int64_t count = tflite::NumElements(input);
  if (!IsPerTensorQuantized(input) || zero_point < std::numeric_limits<int16_t>::min() ||
      zero_point > std::numeric_limits<int16_t>::max() || count != tflite::NumElements(output)) {
    return Unsupported(context, "input has no usable quantization or another size");
  }
  *p = {static_cast<int32_t>(count), input->params.scale, zero_point};
  node->user_data = p;
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace tflm::reference
