// ADD and SUB: inputs are brought to a common scale, added or subtracted, and brought to the
// output's.
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

struct Add {
  static constexpr bool kSubtracts = false;
  template <typename T>
  static T Compute(T a, T b) {
    return a + b;
  }
};

struct Sub {
  static constexpr bool kSubtracts = true;
  template <typename T>
  static T Compute(T a, T b) {
    return a - b;
  }
};

template <typename T>
int32_t ScaleInput(int32_t value, const QuantizedMultiplier& m) {
  return MultiplyByQuantizedMultiplier(value * (1 << kSumLeftShift<T>), m.multiplier, m.shift);
}

template <typename Operation, typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedSum>(node);
  ForEachPair<T, T>(context, node, p.walk, [&p](T a, T b) {
    const int32_t result = Operation::Compute(ScaleInput<T>(a + p.offset1, p.multiplier1),
                                              ScaleInput<T>(b + p.offset2, p.multiplier2));
    const int32_t scaled = MultiplyByQuantizedMultiplier(result, p.output_multiplier.multiplier,
                                                         p.output_multiplier.shift);
    return static_cast<T>(Clamp(scaled + p.output_offset, p.min, p.max));
  });
  return kTfLiteOk;
}

template <typename Operation, typename T>
TfLiteStatus InvokePlain(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<PlainParameters<T>>(node);
  ForEachPair<T, T>(context, node, p.walk, [&p](T a, T b) {
    return std::min(std::max(Operation::Compute(a, b), p.min), p.max);
  });
  return kTfLiteOk;
}

// The multipliers of the inputs and the output, whose ratios TFLM takes in double. A power of two
// changes only the exponent.
template <typename T>
bool ComputeMultipliers(const Pair& pair, QuantizedSum* p) {
  const float scale1 = pair.input1->params.scale;
  const float scale2 = pair.input2->params.scale;
  const float twice_larger = 2.0f * std::max(scale1, scale2);
  const float output_divisor = (1 << kSumLeftShift<T>)*pair.output->params.scale;
  return QuantizeRatio(scale1, 1.0f, twice_larger, &p->multiplier1) &&
         QuantizeRatio(scale2, 1.0f, twice_larger, &p->multiplier2) &&
         QuantizeRatio(twice_larger, 1.0f, output_divisor, &p->output_multiplier);
}

template <typename Operation, typename T>
TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                              TfLiteFusedActivation activation) {
  if (!IsPairQuantized(context, pair)) return kTfLiteError;
  auto* p = AllocateWalking<QuantizedSum>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  if (!ComputeMultipliers<T>(pair, p) || p->output_multiplier.shift > 0) {
    return Unsupported(context, "the scales do not fit");
  }
  p->offset1 = -pair.input1->params.zero_point;
  p->offset2 = -pair.input2->params.zero_point;
  p->output_offset = pair.output->params.zero_point;
  SelectInvoke(node, InvokeQuantized<Operation, T>);
  return QuantizedActivationRange(context, activation, pair.output, &p->min, &p->max);
}

template <typename Operation>
TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                          TfLiteFusedActivation activation) {
  auto* p = AllocateWalking<PlainParameters<float>>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokePlain<Operation, float>);
  return FloatActivationRange(context, activation, &p->min, &p->max);
}

// TFLM's ADD ignores the activation here, its SUB does not.
template <typename Operation>
TfLiteStatus PrepareInt32(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                          TfLiteFusedActivation activation) {
  if (pair.input1->quantization.type != kTfLiteNoQuantization ||
      pair.input2->quantization.type != kTfLiteNoQuantization) {
    return Unsupported(context, "quantized INT32");
  }
  auto* p = AllocateWalking<PlainParameters<int32_t>>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokePlain<Operation, int32_t>);
  return Int32ActivationRange(context, Operation::kSubtracts ? activation : kTfLiteActNone, &p->min,
                              &p->max);
}

template <typename Operation>
TfLiteStatus PrepareAnyType(TfLiteContext* context, TfLiteNode* node,
                            TfLiteFusedActivation activation) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  switch (pair.output->type) {
    case kTfLiteInt8:
      return PrepareQuantized<Operation, int8_t>(context, node, pair, activation);
    case kTfLiteInt16:
      return PrepareQuantized<Operation, int16_t>(context, node, pair, activation);
    case kTfLiteInt32:
      return PrepareInt32<Operation>(context, node, pair, activation);
    case kTfLiteFloat32:
      return PrepareFloat<Operation>(context, node, pair, activation);
    default:
      return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
}

}  // namespace

TfLiteStatus PrepareAdd(TfLiteContext* context, TfLiteNode* node) {
  return PrepareAnyType<Add>(context, node, Options<TfLiteAddParams>(node).activation);
}

TfLiteStatus PrepareAddInt8(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  if (pair.output->type != kTfLiteInt8) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
  return PrepareQuantized<Add, int8_t>(context, node, pair,
                                       Options<TfLiteAddParams>(node).activation);
}

TfLiteStatus PrepareSub(TfLiteContext* context, TfLiteNode* node) {
  return PrepareAnyType<Sub>(context, node, Options<TfLiteSubParams>(node).activation);
}

}  // namespace tflm::reference
