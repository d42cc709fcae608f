#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct QuantizedRelu {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier multiplier;
  int32_t min;
};

struct QuantizedRelu6 {
  int32_t count;
  int32_t zero, six;
};

struct FloatRelu {
  int32_t count;
  float max;
};

template <typename T>
TfLiteStatus InvokeRelu(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedRelu>(node);
  const auto* input = InputData<T>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t scaled = MultiplyByQuantizedMultiplier(
        input[i] - p.input_zero_point, p.multiplier.multiplier, p.multiplier.shift);
    output[i] =
        static_cast<T>(Clamp(scaled + p.output_zero_point, p.min, std::numeric_limits<T>::max()));
  }
  return kTfLiteOk;
}

// TFLM's RELU6 does not rescale: the converter gives input and output the same quantization.
template <typename T>
TfLiteStatus InvokeRelu6(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedRelu6>(node);
  const auto* input = InputData<T>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t value = input[i];
    output[i] = static_cast<T>(value > p.six ? p.six : value < p.zero ? p.zero : value);
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatRelu>(node);
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const float value = input[i];
    output[i] = value > p.max ? p.max : value < 0.0f ? 0.0f : value;
  }
  return kTfLiteOk;
}

TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, Single* tensors) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, tensors));
  if (tensors->input->type != kTfLiteFloat32 &&
      (!IsPerTensorQuantized(tensors->input) || !IsPerTensorQuantized(tensors->output))) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, int32_t count, float max) {
  auto* p = AllocatePersistent<FloatRelu>(context);
  if (p == nullptr) return kTfLiteError;
  *p = {count, max};
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareRelu(TfLiteContext* context, TfLiteNode* node) {
  Single tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  if (tensors.input->type == kTfLiteFloat32) {
    return PrepareFloat(context, node, tensors.count, std::numeric_limits<float>::infinity());
  }
  auto* p = AllocatePersistent<QuantizedRelu>(context);
  if (p == nullptr) return kTfLiteError;
  if (!QuantizeRatio(tensors.input->params.scale, 1.0f, tensors.output->params.scale,
                     &p->multiplier)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->count = tensors.count;
  p->input_zero_point = tensors.input->params.zero_point;
  p->output_zero_point = tensors.output->params.zero_point;
  p->min = p->output_zero_point;
  node->user_data = p;
  SelectInvoke(node, tensors.input->type == kTfLiteInt8 ? InvokeRelu<int8_t> : InvokeRelu<int16_t>);
  return kTfLiteOk;
}

TfLiteStatus PrepareRelu6(TfLiteContext* context, TfLiteNode* node) {
  Single tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  constexpr float kSix = 6.0f;
  if (tensors.input->type == kTfLiteFloat32) {
    return PrepareFloat(context, node, tensors.count, kSix);
  }
  auto* p = AllocatePersistent<QuantizedRelu6>(context);
  if (p == nullptr) return kTfLiteError;
  TfLiteTensor input = *tensors.input;
  int32_t lower;
  TF_LITE_ENSURE_STATUS(
      QuantizedActivationRange(context, kTfLiteActRelu6, &input, &lower, &p->six));
  p->count = tensors.count;
  p->zero = input.params.zero_point;
  node->user_data = p;
  SelectInvoke(node,
               tensors.input->type == kTfLiteInt8 ? InvokeRelu6<int8_t> : InvokeRelu6<int16_t>);
  return kTfLiteOk;
}

}  // namespace tflm::reference
