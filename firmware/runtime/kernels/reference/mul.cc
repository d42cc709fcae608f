#include <algorithm>

#include "kernels/operators.h"
#include "kernels/reference/quantized_pair.h"

namespace tflm::reference {
namespace {

// int32, or float.
template <typename T>
struct PlainParameters {
  Walk walk;
  T min, max;
};

template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedProduct>(node);
  ForEachPair<T, T>(context, node, p.walk, [&p](T a, T b) {
    const int32_t scaled = MultiplyByQuantizedMultiplier(
        (a + p.offset1) * (b + p.offset2), p.multiplier.multiplier, p.multiplier.shift);
    return static_cast<T>(Clamp(scaled + p.output_offset, p.min, p.max));
  });
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus InvokePlain(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<PlainParameters<T>>(node);
  ForEachPair<T, T>(context, node, p.walk,
                    [&p](T a, T b) { return std::min(std::max(a * b, p.min), p.max); });
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                              TfLiteFusedActivation activation) {
  if (!IsPairQuantized(context, pair)) return kTfLiteError;
  auto* p = AllocateWalking<QuantizedProduct>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  if (!QuantizeRatio(pair.input1->params.scale, pair.input2->params.scale,
                     pair.output->params.scale, &p->multiplier)) {
    return Unsupported(context, "the scales do not fit");
  }
  p->offset1 = -pair.input1->params.zero_point;
  p->offset2 = -pair.input2->params.zero_point;
  p->output_offset = pair.output->params.zero_point;
  if (sizeof(T) > 1 && (p->offset1 != 0 || p->offset2 != 0 || p->output_offset != 0)) {
    return Unsupported(context, "a zero point of INT16 is not 0");
  }
  SelectInvoke(node, InvokeQuantized<T>);
  return QuantizedActivationRange(context, activation, pair.output, &p->min, &p->max);
}

TfLiteStatus PrepareInt32(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                          TfLiteFusedActivation activation) {
  auto* p = AllocateWalking<PlainParameters<int32_t>>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokePlain<int32_t>);
  return Int32ActivationRange(context, activation, &p->min, &p->max);
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                          TfLiteFusedActivation activation) {
  auto* p = AllocateWalking<PlainParameters<float>>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokePlain<float>);
  return FloatActivationRange(context, activation, &p->min, &p->max);
}

}  // namespace

TfLiteStatus PrepareMul(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  const TfLiteFusedActivation activation = Options<TfLiteMulParams>(node).activation;
  switch (pair.output->type) {
    case kTfLiteInt8:
      return PrepareQuantized<int8_t>(context, node, pair, activation);
    case kTfLiteInt16:
      return PrepareQuantized<int16_t>(context, node, pair, activation);
    case kTfLiteInt32:
      return PrepareInt32(context, node, pair, activation);
    case kTfLiteFloat32:
      return PrepareFloat(context, node, pair, activation);
    default:
      return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
}

TfLiteStatus PrepareMulInt8(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  if (pair.output->type != kTfLiteInt8) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
  return PrepareQuantized<int8_t>(context, node, pair, Options<TfLiteMulParams>(node).activation);
}

}  // namespace tflm::reference
