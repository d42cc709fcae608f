#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct QuantizedParameters {
  Walk walk;
  int32_t input_offset, alpha_offset, output_offset;
  QuantizedMultiplier identity, alpha;  // of values not below zero, and of products with alpha
};

struct FloatParameters {
  Walk walk;
};

// alpha is int8 for int16 too.
template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  ForEachPair<T, T, int8_t>(context, node, p.walk, [&p](T input, int8_t alpha) {
    const int32_t x = input + p.input_offset;
    const bool below = x < 0;
    const QuantizedMultiplier& m = below ? p.alpha : p.identity;
    const int32_t value = below ? x * (alpha + p.alpha_offset) : x;
    const int32_t scaled = MultiplyByQuantizedMultiplier(value, m.multiplier, m.shift);
    return static_cast<T>(Clamp(scaled + p.output_offset, std::numeric_limits<T>::min(),
                                std::numeric_limits<T>::max()));
  });
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  ForEachPair<float, float>(context, node, Parameters<FloatParameters>(node).walk,
                            [](float x, float alpha) { return x >= 0.0f ? x : x * alpha; });
  return kTfLiteOk;
}

TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Pair& pair) {
  if (!IsPairQuantized(context, pair)) return kTfLiteError;
  auto* p = AllocateWalking<QuantizedParameters>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  const float input_scale = pair.input1->params.scale;
  const float output_scale = pair.output->params.scale;
  if (!QuantizeRatio(input_scale, 1.0f, output_scale, &p->identity) ||
      !QuantizeRatio(input_scale, pair.input2->params.scale, output_scale, &p->alpha)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->input_offset = -pair.input1->params.zero_point;
  p->alpha_offset = -pair.input2->params.zero_point;
  p->output_offset = pair.output->params.zero_point;
  SelectInvoke(
      node, pair.input1->type == kTfLiteInt8 ? InvokeQuantized<int8_t> : InvokeQuantized<int16_t>);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PreparePrelu(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribeTensors(context, node, &pair));
  const TfLiteType type = pair.input1->type;
  const TfLiteType alpha_type = type == kTfLiteInt16 ? kTfLiteInt8 : type;
  if (pair.output->type != type || pair.input2->type != alpha_type) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(type),
                       TfLiteTypeGetName(pair.input2->type), TfLiteTypeGetName(pair.output->type));
  }
  if (type == kTfLiteInt8 || type == kTfLiteInt16) return PrepareQuantized(context, node, pair);
  if (type != kTfLiteFloat32) return Unsupported(context, "type %s", TfLiteTypeGetName(type));
  SelectInvoke(node, InvokeFloat);
  return AllocateWalking<FloatParameters>(context, node, pair) == nullptr ? kTfLiteError
                                                                          : kTfLiteOk;
}

}  // namespace tflm::reference
