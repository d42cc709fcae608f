// ABS and RSQRT, quantized or float.
#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/float_unary.h"
#include "kernels/reference/inverse_root.h"

namespace tflm::reference {
namespace {

struct AbsParameters {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  bool rescales;
  QuantizedMultiplier multiplier;
};

struct RsqrtParameters {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  QuantizedMultiplier multiplier;  // of a root with kRootBits fractional bits
};

constexpr int kRootBits = 20;

template <typename T>
T Saturated(int32_t value) {
  return static_cast<T>(Clamp(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

float AbsoluteFloat(float x) { return std::fabs(x); }
float ReciprocalRoot(float x) { return 1.0f / std::sqrt(x); }

template <typename T>
TfLiteStatus InvokeAbs(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<AbsParameters>(node);
  const auto* input = InputData<T>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t difference = input[i] - p.input_zero_point;
    int32_t value = difference < 0 ? -difference : difference;
    if (p.rescales) {
      value = MultiplyByQuantizedMultiplier(value, p.multiplier.multiplier, p.multiplier.shift);
    }
    output[i] = Saturated<T>(value + p.output_zero_point);
  }
  return kTfLiteOk;
}

// Of int16 that is not quantized. The lowest stays as it is.
TfLiteStatus InvokePlainAbs(TfLiteContext* context, TfLiteNode* node) {
  const int32_t count = Parameters<AbsParameters>(node).count;
  const auto* input = InputData<int16_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  for (int32_t i = 0; i < count; ++i) {
    output[i] = static_cast<int16_t>(input[i] < 0 ? -input[i] : input[i]);
  }
  return kTfLiteOk;
}

// Fails for a value below 0, as TFLM does.
TfLiteStatus InvokeRsqrt(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<RsqrtParameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t value = input[i] - p.input_zero_point;
    if (value < 0) return kTfLiteError;
    if (value == 0) {
      output[i] = std::numeric_limits<int8_t>::max();
      continue;
    }
    const QuantizedMultiplier inverse = InverseRoot(value);
    const int32_t root =
        MultiplyByQuantizedMultiplier(1, inverse.multiplier, inverse.shift + kRootBits);
    const int32_t scaled =
        MultiplyByQuantizedMultiplier(root, p.multiplier.multiplier, p.multiplier.shift);
    output[i] = Saturated<int8_t>(scaled + p.output_zero_point);
  }
  return kTfLiteOk;
}

bool AreQuantized(const Single& tensors) {
  return IsPerTensorQuantized(tensors.input) && IsPerTensorQuantized(tensors.output);
}

TfLiteStatus PrepareQuantizedAbs(TfLiteContext* context, TfLiteNode* node, const Single& tensors) {
  auto* p = AllocateParameters<AbsParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->count = tensors.count;
  const bool wide = tensors.input->type == kTfLiteInt16;
  if (wide && tensors.input->quantization.type == kTfLiteNoQuantization) {
    SelectInvoke(node, InvokePlainAbs);
    return kTfLiteOk;
  }
  if (!AreQuantized(tensors)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  p->input_zero_point = tensors.input->params.zero_point;
  p->output_zero_point = tensors.output->params.zero_point;
  if (wide && (p->input_zero_point != 0 || p->output_zero_point != 0)) {
    return Unsupported(context, "a zero point of INT16 is not 0");
  }
  const float input_scale = tensors.input->params.scale;
  const float output_scale = tensors.output->params.scale;
  p->rescales = input_scale != output_scale;
  if (!QuantizeRatio(input_scale, 1.0f, output_scale, &p->multiplier)) {
    return Unsupported(context, "the scales do not fit");
  }
  SelectInvoke(node, wide ? InvokeAbs<int16_t> : InvokeAbs<int8_t>);
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8Rsqrt(TfLiteContext* context, TfLiteNode* node, const Single& tensors) {
  constexpr int kLeastShift = -31;
  auto* p = AllocateParameters<RsqrtParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  if (!AreQuantized(tensors)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  const float divisor = std::sqrt(tensors.input->params.scale) * tensors.output->params.scale;
  if (!(divisor > 0.0f && divisor <= std::numeric_limits<float>::max()) ||
      !QuantizeRatio(1.0f, 1.0f, divisor, &p->multiplier)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->multiplier.shift -= kRootBits;
  if (p->multiplier.shift < kLeastShift) return Unsupported(context, "the scales are too large");
  p->count = tensors.count;
  p->input_zero_point = tensors.input->params.zero_point;
  p->output_zero_point = tensors.output->params.zero_point;
  SelectInvoke(node, InvokeRsqrt);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareAbs(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  if (tensors.input->type != kTfLiteFloat32) return PrepareQuantizedAbs(context, node, tensors);
  return PrepareFloatUnary(context, node, tensors, InvokeFloatUnary<AbsoluteFloat>);
}

TfLiteStatus PrepareRsqrt(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  if (tensors.input->type == kTfLiteInt8) return PrepareInt8Rsqrt(context, node, tensors);
  return PrepareFloatUnary(context, node, tensors, InvokeFloatUnary<ReciprocalRoot>);
}

}  // namespace tflm::reference
