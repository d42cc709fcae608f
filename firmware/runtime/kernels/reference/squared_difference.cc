#include <algorithm>

#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct QuantizedParameters {
  Walk walk;
  int32_t offset1, offset2, output_offset;
  QuantizedMultiplier multiplier1, multiplier2, output_multiplier;
};

struct PlainParameters {
  Walk walk;
};

// TFLM scales inputs up by this power of two before they are brought to a common scale.
template <typename T>
constexpr int kLeftShift = sizeof(T) == 1 ? 7 : 0;

template <typename T>
int32_t ScaleInput(int32_t value, const QuantizedMultiplier& m) {
  return MultiplyByQuantizedMultiplier(value * (1 << kLeftShift<T>), m.multiplier, m.shift);
}

template <typename T>
TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  ForEachPair<T, T>(context, node, p.walk, [&p](T a, T b) {
    const int32_t difference =
        ScaleInput<T>(a + p.offset1, p.multiplier1) - ScaleInput<T>(b + p.offset2, p.multiplier2);
    const int32_t scaled = MultiplyByQuantizedMultiplier(
        difference * difference, p.output_multiplier.multiplier, p.output_multiplier.shift);
    return static_cast<T>(Clamp(scaled + p.output_offset, std::numeric_limits<T>::min(),
                                std::numeric_limits<T>::max()));
  });
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus InvokePlain(TfLiteContext* context, TfLiteNode* node) {
  ForEachPair<T, T>(context, node, Parameters<PlainParameters>(node).walk,
                    [](T a, T b) { return (a - b) * (a - b); });
  return kTfLiteOk;
}

// The ratios are of doubles in TFLM; a power of two changes only the exponent.
template <typename T>
bool ComputeMultipliers(const Pair& pair, QuantizedParameters* p) {
  const float scale1 = pair.input1->params.scale;
  const float scale2 = pair.input2->params.scale;
  const float twice_larger = 2.0f * std::max(scale1, scale2);
  const float output_divisor = (1 << 2 * kLeftShift<T>)*pair.output->params.scale;
  return QuantizeRatio(scale1, 1.0f, twice_larger, &p->multiplier1) &&
         QuantizeRatio(scale2, 1.0f, twice_larger, &p->multiplier2) &&
         QuantizeRatio(twice_larger, twice_larger, output_divisor, &p->output_multiplier);
}

template <typename T>
TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Pair& pair) {
  if (!IsPairQuantized(context, pair)) return kTfLiteError;
  auto* p = AllocateWalking<QuantizedParameters>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  p->offset1 = -pair.input1->params.zero_point;
  p->offset2 = -pair.input2->params.zero_point;
  p->output_offset = pair.output->params.zero_point;
  if (sizeof(T) > 1 && (p->offset1 != 0 || p->offset2 != 0 || p->output_offset != 0)) {
    return Unsupported(context, "a zero point of INT16 is not 0");
  }
  SelectInvoke(node, InvokeQuantized<T>);
  return ComputeMultipliers<T>(pair, p) ? kTfLiteOk : Unsupported(context, "the scales do not fit");
}

template <typename T>
TfLiteStatus PreparePlain(TfLiteContext* context, TfLiteNode* node, const Pair& pair) {
  SelectInvoke(node, InvokePlain<T>);
  return AllocateWalking<PlainParameters>(context, node, pair) == nullptr ? kTfLiteError
                                                                          : kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareSquaredDifference(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  switch (pair.output->type) {
    case kTfLiteInt8:
      return PrepareQuantized<int8_t>(context, node, pair);
    case kTfLiteInt16:
      return PrepareQuantized<int16_t>(context, node, pair);
    case kTfLiteInt32:
      return PreparePlain<int32_t>(context, node, pair);
    case kTfLiteFloat32:
      return PreparePlain<float>(context, node, pair);
    default:
      return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
}

}  // namespace tflm::reference
