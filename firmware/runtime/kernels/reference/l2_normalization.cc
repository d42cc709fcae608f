#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/axis.h"
#include "kernels/reference/inverse_root.h"

namespace tflm::reference {
namespace {

struct NormParameters {
  int32_t rows, depth;
  int32_t zero_point;  // int8
};

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  constexpr float kLeastNorm = 1e-6f;
  const auto& p = Parameters<NormParameters>(node);
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t row = 0; row < p.rows; ++row) {
    float squares = 0.0f;
    for (int32_t i = 0; i < p.depth; ++i) squares += input[i] * input[i];
    const float root = std::sqrt(squares);
    const float norm = root < kLeastNorm ? kLeastNorm : root;
    for (int32_t i = 0; i < p.depth; ++i) output[i] = input[i] / norm;
    input += p.depth;
    output += p.depth;
  }
  return kTfLiteOk;
}

// The outputs are in steps of 1/128, whatever the model says.
TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  constexpr int kOutputBits = 7;
  const auto& p = Parameters<NormParameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t row = 0; row < p.rows; ++row) {
    int32_t squares = 0;
    for (int32_t i = 0; i < p.depth; ++i) {
      const int32_t value = input[i] - p.zero_point;
      squares += value * value;
    }
    const QuantizedMultiplier norm = InverseRoot(squares);
    for (int32_t i = 0; i < p.depth; ++i) {
      const int32_t scaled = MultiplyByQuantizedMultiplier(input[i] - p.zero_point, norm.multiplier,
                                                           norm.shift + kOutputBits);
      output[i] = static_cast<int8_t>(
          Clamp(scaled, std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()));
    }
    input += p.depth;
    output += p.depth;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareL2Normalization(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteFloat32};
  constexpr int kMostDimensions = 4;  // TFLM's
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  auto* p = AllocateParameters<NormParameters>(context, node);
  Axis last;
  if (p == nullptr) return kTfLiteError;
  if (!SplitAt(tensors.input, -1, &last) || tensors.input->dims->size > kMostDimensions ||
      !tflite::HaveSameShapes(tensors.input, tensors.output)) {
    return Unsupported(context, "input and output are not of one shape of 1 to 4 dimensions");
  }
  if (Options<TfLiteL2NormParams>(node).activation != kTfLiteActNone) {
    return Unsupported(context, "a fused activation");
  }
  const bool int8 = tensors.input->type == kTfLiteInt8;
  if (int8 && !IsPerTensorQuantized(tensors.input)) {
    return Unsupported(context, "input has no usable quantization");
  }
  *p = {last.outer, last.size, int8 ? tensors.input->params.zero_point : 0};
  SelectInvoke(node, int8 ? InvokeInt8 : InvokeFloat);
  return kTfLiteOk;
}

}  // namespace tflm::reference
