#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct Int8Relu {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier multiplier;
  int32_t min;
};

struct Int8Relu6 {
  int32_t count;
  int32_t zero, six;
};

struct FloatRelu {
  int32_t count;
  float max;
};

TfLiteStatus InvokeInt8Relu(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Relu>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t scaled = MultiplyByQuantizedMultiplier(
        input[i] - p.input_zero_point, p.multiplier.multiplier, p.multiplier.shift);
    output[i] = static_cast<int8_t>(
        Clamp(scaled + p.output_zero_point, p.min, std::numeric_limits<int8_t>::max()));
  }
  return kTfLiteOk;
}

// TFLM's RELU6 does not rescale: the converter gives input and output the same quantization.
TfLiteStatus InvokeInt8Relu6(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Relu6>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t value = input[i];
    output[i] = static_cast<int8_t>(value > p.six ? p.six : value < p.zero ? p.zero : value);
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

struct Tensors {
  const TfLiteTensor* input;
  const TfLiteTensor* output;
  int32_t count;
};

TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, Tensors* tensors) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  tensors->input = PrepareInput(context, node, 0);
  tensors->output = PrepareOutput(context, node, 0);
  if (tensors->input == nullptr || tensors->output == nullptr) return kTfLiteError;
  const TfLiteType type = tensors->input->type;
  if ((type != kTfLiteInt8 && type != kTfLiteFloat32) || tensors->output->type != type ||
      tensors->input->bytes != tensors->output->bytes) {
    return Unsupported(context, "types %s -> %s, or sizes that differ", TfLiteTypeGetName(type),
                       TfLiteTypeGetName(tensors->output->type));
  }
  if (type == kTfLiteInt8 &&
      (!IsPerTensorQuantized(tensors->input) || !IsPerTensorQuantized(tensors->output))) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  tensors->count = static_cast<int32_t>(tflite::NumElements(tensors->input));
  tflite::GetMicroContext(context)->AllowInPlace(node, 0, 0);
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
  Tensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  if (tensors.input->type == kTfLiteFloat32) {
    return PrepareFloat(context, node, tensors.count, std::numeric_limits<float>::infinity());
  }
  auto* p = AllocatePersistent<Int8Relu>(context);
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
  SelectInvoke(node, InvokeInt8Relu);
  return kTfLiteOk;
}

TfLiteStatus PrepareRelu6(TfLiteContext* context, TfLiteNode* node) {
  Tensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  constexpr float kSix = 6.0f;
  if (tensors.input->type == kTfLiteFloat32) {
    return PrepareFloat(context, node, tensors.count, kSix);
  }
  auto* p = AllocatePersistent<Int8Relu6>(context);
  if (p == nullptr) return kTfLiteError;
  TfLiteTensor input = *tensors.input;
  int32_t lower;
  TF_LITE_ENSURE_STATUS(
      QuantizedActivationRange(context, kTfLiteActRelu6, &input, &lower, &p->six));
  p->count = tensors.count;
  p->zero = input.params.zero_point;
  node->user_data = p;
  SelectInvoke(node, InvokeInt8Relu6);
  return kTfLiteOk;
}

}  // namespace tflm::reference
