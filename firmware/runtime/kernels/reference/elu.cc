#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/float_unary.h"

namespace tflm::reference {
namespace {

constexpr int kValues = 256;

// The output of every int8, by its byte.
struct EluTable {
  int32_t count;
  int8_t values[kValues];
};

float EluFloat(float x) { return x < 0.0f ? ExpMinusOne(x) : x; }

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& table = Parameters<EluTable>(node);
  const auto* input = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < table.count; ++i) output[i] = table.values[input[i]];
  return kTfLiteOk;
}

// What is beyond int32 becomes the lowest, as on x86.
int32_t ToInt32(float x) {
  constexpr float kBeyond = 2147483648.0f;  // 2^31
  const bool fits = x >= -kBeyond && x < kBeyond;
  return fits ? static_cast<int32_t>(x) : std::numeric_limits<int32_t>::min();
}

// TFLM takes exp(x) - 1 here, which is not expm1(x) to the last bit.
void FillTable(const TfLiteQuantizationParams& input, const TfLiteQuantizationParams& output,
               int8_t* values) {
  constexpr int32_t kMin = std::numeric_limits<int8_t>::min();
  constexpr int32_t kMax = std::numeric_limits<int8_t>::max();
  const float inverse_scale = 1.0f / output.scale;
  for (int32_t value = kMin; value <= kMax; ++value) {
    const float x = input.scale * static_cast<float>(value - input.zero_point);
    const float elu = x < 0.0f ? ExpFloat(x) - 1.0f : x;
    const float rounded = std::round(elu * inverse_scale);
    const int32_t quantized = ToInt32(rounded + static_cast<float>(output.zero_point));
    values[static_cast<uint8_t>(value)] = static_cast<int8_t>(Clamp(quantized, kMin, kMax));
  }
}

}  // namespace

TfLiteStatus PrepareElu(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  if (tensors.input->type == kTfLiteFloat32) {
    return PrepareFloatUnary(context, node, tensors, InvokeFloatUnary<EluFloat>);
  }
  if (!IsPerTensorQuantized(tensors.input) || !IsPerTensorQuantized(tensors.output)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  auto* table = AllocateParameters<EluTable>(context, node);
  if (table == nullptr) return kTfLiteError;
  table->count = tensors.count;
  FillTable(tensors.input->params, tensors.output->params, table->values);
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

}  // namespace tflm::reference
