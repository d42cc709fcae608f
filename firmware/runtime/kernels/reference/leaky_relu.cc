#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct QuantizedParameters {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier identity, alpha;  // of values not below zero, and of those below
  bool negative_alpha;
};

struct FloatParameters {
  int32_t count;
  float alpha;
};

template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  const auto* input = InputData<T>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t x = input[i] - p.input_zero_point;
    const QuantizedMultiplier& m = x >= 0 ? p.identity : p.alpha;
    int32_t scaled = MultiplyByQuantizedMultiplier(x, m.multiplier, m.shift);
    if (x < 0 && p.negative_alpha) scaled = -scaled;
    output[i] = static_cast<T>(Clamp(scaled + p.output_zero_point, std::numeric_limits<T>::min(),
                                     std::numeric_limits<T>::max()));
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    output[i] = input[i] > 0.0f ? input[i] : input[i] * p.alpha;
  }
  return kTfLiteOk;
}

bool ComputeMultipliers(const Single& tensors, float alpha, QuantizedParameters* p) {
  const float input_scale = tensors.input->params.scale;
  const float output_scale = tensors.output->params.scale;
  p->negative_alpha = alpha < 0.0f;
  const float magnitude = p->negative_alpha ? -alpha : alpha;
  return magnitude <= std::numeric_limits<float>::max() &&
         QuantizeRatio(input_scale, magnitude, output_scale, &p->alpha) &&
         QuantizeRatio(input_scale, 1.0f, output_scale, &p->identity);
}

TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Single& tensors,
                              float alpha) {
  if (!IsPerTensorQuantized(tensors.input) || !IsPerTensorQuantized(tensors.output)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  auto* p = AllocateParameters<QuantizedParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  if (!ComputeMultipliers(tensors, alpha, p)) {
    return Unsupported(context, "the scales and alpha do not fit");
  }
  p->count = tensors.count;
  p->input_zero_point = tensors.input->params.zero_point;
  p->output_zero_point = tensors.output->params.zero_point;
  SelectInvoke(node, tensors.input->type == kTfLiteInt8 ? InvokeQuantized<int8_t>
                                                        : InvokeQuantized<int16_t>);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareLeakyRelu(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  const float alpha = Options<TfLiteLeakyReluParams>(node).alpha;
  if (tensors.input->type != kTfLiteFloat32) {
    return PrepareQuantized(context, node, tensors, alpha);
  }
  auto* p = AllocateParameters<FloatParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  *p = {tensors.count, alpha};
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

}  // namespace tflm::reference
