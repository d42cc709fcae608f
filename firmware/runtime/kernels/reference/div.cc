// DIV. Quantized, it multiplies by the divisor's reciprocal in fixed point.
#include <algorithm>

#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"
#include "kernels/reference/exp.h"

namespace tflm::reference {
namespace {

struct QuantizedParameters {
  Walk walk;
  int32_t offset1, offset2, output_offset;
  QuantizedMultiplier multiplier;
  int32_t min, max;
};

// int32, or float.
template <typename T>
struct PlainParameters {
  Walk walk;
  T min, max;
};

// x / 2^exponent, rounded. TFLM asks for 31 at most and yet goes beyond where a quotient is small;
// x86, on which the reference runs, then begins anew with the shift, and rounds up from 0.
int32_t DivideByPower(int32_t x, int32_t exponent) {
  if (exponent <= 31) return RoundingDivideByPOT(x, exponent);
  return (x >> (exponent - 32)) + (x >= 0 ? 1 : 0);
}

// TFLM asks for a divisor that is not 0; 0 is taken for the smallest there is.
int32_t DivideQuantized(int32_t a, int32_t b, const QuantizedMultiplier& m) {
  if (b < 0) {
    a = -a;
    b = -b;
  }
  b = std::max<int32_t>(b, 1);
  // b = (1 + fraction) * 2^(31 - zeros), and so its reciprocal.
  const int zeros = __builtin_clz(static_cast<uint32_t>(b));
  const auto fraction =
      static_cast<int32_t>((static_cast<uint32_t>(b) << zeros) - (uint32_t{1} << 31));
  const int room = a == 0 ? 31 : __builtin_clrsb(a);
  const int32_t quotient =
      SaturatingRoundingDoublingHighMul(a * (1 << room), OneOverOnePlusX(fraction));
  const int32_t scaled = SaturatingRoundingDoublingHighMul(quotient, m.multiplier);
  return DivideByPower(scaled, 31 - zeros + room - m.shift);
}

TfLiteStatus InvokeQuantized(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedParameters>(node);
  ForEachPair<int8_t, int8_t>(context, node, p.walk, [&p](int8_t a, int8_t b) {
    const int32_t quotient = DivideQuantized(a + p.offset1, b + p.offset2, p.multiplier);
    return static_cast<int8_t>(Clamp(quotient + p.output_offset, p.min, p.max));
  });
  return kTfLiteOk;
}

// Division by 0 ends a program on x86 and gives 0 on a Cortex-M.
int32_t Divide(int32_t a, int32_t b) {
  if (b == -1) return -a;
  return b == 0 ? 0 : a / b;
}

float Divide(float a, float b) { return a / b; }

template <typename T>
TfLiteStatus InvokePlain(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<PlainParameters<T>>(node);
  ForEachPair<T, T>(context, node, p.walk,
                    [&p](T a, T b) { return std::min(std::max(Divide(a, b), p.min), p.max); });
  return kTfLiteOk;
}

TfLiteStatus PrepareQuantized(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                              TfLiteFusedActivation activation) {
  constexpr int32_t kLargestShift = 23;  // beyond, a quotient would be shifted to the left
  if (!IsPairQuantized(context, pair)) return kTfLiteError;
  auto* p = AllocateWalking<QuantizedParameters>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  if (!QuantizeRatio(pair.input1->params.scale, 1.0f, pair.input2->params.scale,
                     pair.output->params.scale, &p->multiplier) ||
      p->multiplier.shift > kLargestShift) {
    return Unsupported(context, "the scales do not fit");
  }
  p->offset1 = -pair.input1->params.zero_point;
  p->offset2 = -pair.input2->params.zero_point;
  p->output_offset = pair.output->params.zero_point;
  SelectInvoke(node, InvokeQuantized);
  return QuantizedActivationRange(context, activation, pair.output, &p->min, &p->max);
}

TfLiteStatus PrepareInt32(TfLiteContext* context, TfLiteNode* node, const Pair& pair,
                          TfLiteFusedActivation activation) {
  auto* p = AllocateWalking<PlainParameters<int32_t>>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  if (pair.input1->quantization.type != kTfLiteNoQuantization ||
      pair.input2->quantization.type != kTfLiteNoQuantization) {
    return Unsupported(context, "INT32 that is quantized");
  }
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

TfLiteStatus PrepareDiv(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  const TfLiteFusedActivation activation = Options<TfLiteDivParams>(node).activation;
  switch (pair.output->type) {
    case kTfLiteInt8:
      return PrepareQuantized(context, node, pair, activation);
    case kTfLiteInt32:
      return PrepareInt32(context, node, pair, activation);
    case kTfLiteFloat32:
      return PrepareFloat(context, node, pair, activation);
    default:
      return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
}

}  // namespace tflm::reference
