#include <cmath>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct FromFloat {
  int32_t count;
  float scale;
  // Limits of the quantized value before the zero point is added.
  float min, max;
  int32_t zero_point;
};

struct Requantize {
  int32_t count;
  QuantizedMultiplier multiplier;
  int32_t input_zero_point, output_zero_point;
};

template <typename T>
TfLiteStatus InvokeFromFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FromFloat>(node);
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    // Limited before the conversion, which would otherwise overflow; NaN becomes the least.
    float value = std::round(input[i] / p.scale);
    value = value >= p.min ? value : p.min;
    value = value > p.max ? p.max : value;
    output[i] = static_cast<T>(static_cast<int32_t>(value) + p.zero_point);
  }
  return kTfLiteOk;
}

template <typename In, typename Out>
TfLiteStatus InvokeRequantize(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Requantize>(node);
  const auto* input = InputData<In>(context, node, 0);
  auto* output = OutputData<Out>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t scaled = MultiplyByQuantizedMultiplier(
        input[i] - p.input_zero_point, p.multiplier.multiplier, p.multiplier.shift);
    output[i] =
        static_cast<Out>(Clamp(scaled + p.output_zero_point, std::numeric_limits<Out>::min(),
                               std::numeric_limits<Out>::max()));
  }
  return kTfLiteOk;
}

// The combinations that TFLM has.
TfLiteNodeInvoke FromFloatTo(TfLiteType type) {
  switch (type) {
    case kTfLiteInt8:
      return InvokeFromFloat<int8_t>;
    case kTfLiteInt16:
      return InvokeFromFloat<int16_t>;
    default:
      return nullptr;
  }
}

template <typename In>
TfLiteNodeInvoke RequantizeTo(TfLiteType type) {
  switch (type) {
    case kTfLiteInt8:
      return InvokeRequantize<In, int8_t>;
    case kTfLiteInt16:
      return InvokeRequantize<In, int16_t>;
    case kTfLiteInt32:
      return InvokeRequantize<In, int32_t>;
    default:
      return nullptr;
  }
}

TfLiteNodeInvoke FindInvoke(TfLiteType input, TfLiteType output) {
  switch (input) {
    case kTfLiteFloat32:
      return FromFloatTo(output);
    case kTfLiteInt8:
      return output == kTfLiteUInt8 ? InvokeRequantize<int8_t, uint8_t>
                                    : RequantizeTo<int8_t>(output);
    case kTfLiteUInt8:
      return output == kTfLiteInt8 ? InvokeRequantize<uint8_t, int8_t> : nullptr;
    case kTfLiteInt16:
      return RequantizeTo<int16_t>(output);
    case kTfLiteInt32:
      return output == kTfLiteInt32 ? nullptr : RequantizeTo<int32_t>(output);
    default:
      return nullptr;
  }
}

TfLiteStatus PrepareFromFloat(TfLiteContext* context, TfLiteNode* node, int32_t count,
                              const TfLiteTensor* output) {
  auto* p = AllocatePersistent<FromFloat>(context);
  if (p == nullptr) return kTfLiteError;
  p->count = count;
  p->scale = output->params.scale;
  p->zero_point = output->params.zero_point;
  const bool wide = output->type == kTfLiteInt16;
  const int32_t min =
      wide ? std::numeric_limits<int16_t>::min() : std::numeric_limits<int8_t>::min();
  const int32_t max =
      wide ? std::numeric_limits<int16_t>::max() : std::numeric_limits<int8_t>::max();
  if (p->zero_point < min || p->zero_point > max) {
    return Unsupported(context, "zero point outside the output's type");
  }
  p->min = static_cast<float>(min - p->zero_point);
  p->max = static_cast<float>(max - p->zero_point);
  node->user_data = p;
  return kTfLiteOk;
}

TfLiteStatus PrepareRequantize(TfLiteContext* context, TfLiteNode* node, int32_t count,
                               const TfLiteTensor* input, const TfLiteTensor* output) {
  auto* p = AllocatePersistent<Requantize>(context);
  if (p == nullptr) return kTfLiteError;
  if (!IsPerTensorQuantized(input) ||
      !QuantizeRatio(input->params.scale, 1.0f, output->params.scale, &p->multiplier)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->count = count;
  p->input_zero_point = input->params.zero_point;
  p->output_zero_point = output->params.zero_point;
  node->user_data = p;
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareQuantize(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input == nullptr || output == nullptr) return kTfLiteError;
  const TfLiteNodeInvoke invoke = FindInvoke(input->type, output->type);
  if (invoke == nullptr) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  const int64_t count = tflite::NumElements(input);
  if (!IsPerTensorQuantized(output) || count != tflite::NumElements(output)) {
    return Unsupported(context, "output has no usable quantization or another size");
  }
  TF_LITE_ENSURE_STATUS(
      input->type == kTfLiteFloat32
          ? PrepareFromFloat(context, node, static_cast<int32_t>(count), output)
          : PrepareRequantize(context, node, static_cast<int32_t>(count), input, output));
  tflite::GetMicroContext(context)->AllowInPlace(node, 0, 0);
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace tflm::reference
