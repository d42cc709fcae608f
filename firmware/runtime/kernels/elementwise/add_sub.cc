// ADD and SUB of int8 tensors. The scales of both are halved relative to the larger one: for that
// input the multiplier is exactly a half, a shift; for the other one it is a half as well, or less.
#include "kernels/elementwise/rounding.h"
#include "kernels/elementwise/rows.h"
#include "kernels/operators.h"
#include "kernels/reference/quantized_pair.h"

namespace tflm::elementwise {
namespace {

using reference::QuantizedSum;

// Elements are brought to twice the common scale, so that their sum is twice the one to be scaled.
constexpr int kDoubledShift = reference::kSumLeftShift<int8_t> + 1;
constexpr int kDoubledHalfShift = kDoubledShift - 1;

bool IsHalf(const QuantizedMultiplier& m) { return m.multiplier == 1 << 30 && m.shift == 0; }

// An input whose multiplier is a half.
class Halved {
 public:
  Halved(int32_t offset, const QuantizedMultiplier&) : offset_(offset * (1 << kDoubledHalfShift)) {}
  int32_t Doubled(int8_t value) const { return offset_ + value * (1 << kDoubledHalfShift); }

 private:
  int32_t offset_;
};

// An input whose multiplier is less.
class Scaled {
 public:
  Scaled(int32_t offset, const QuantizedMultiplier& m)
      : offset_(offset * (1 << kDoubledShift)), scaler_(m) {}
  int32_t Doubled(int8_t value) const {
    return scaler_.ScaleHalfOf(offset_ + value * (1 << kDoubledShift)) * 2;
  }

 private:
  int32_t offset_;
  Scaler scaler_;
};

template <int kSign, typename First, typename Second, typename Limits>
struct Sum {
  First first;
  Second second;
  Scaler output;
  Limits limits;

  int8_t operator()(int8_t a, int8_t b) const {
    const int32_t doubled = first.Doubled(a) + kSign * second.Doubled(b);
    return limits.Limit(output.ScaleHalfOf(doubled));
  }
};

template <int kSign, typename First, typename Second>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedSum>(node);
  const First first(p.offset1, p.multiplier1);
  const Second second(p.offset2, p.multiplier2);
  const Scaler output(p.output_multiplier, p.output_offset);
  if (IsWholeRange(p.min, p.max)) {
    const Sum<kSign, First, Second, WholeRange> sum = {first, second, output, {}};
    ForEachInt8Pair(context, node, p.walk, sum);
  } else {
    const Sum<kSign, First, Second, Range> sum = {first, second, output, {p.min, p.max}};
    ForEachInt8Pair(context, node, p.walk, sum);
  }
  return kTfLiteOk;
}

// Replaces the Invoke that the portable Prepare has selected, where ours does it.
template <int kSign>
void SelectFaster(TfLiteNode* node) {
  constexpr int kMostShift = 31;
  const auto& p = Parameters<QuantizedSum>(node);
  if (!BothMove(p.walk) || !ShiftsRight(p.output_multiplier, Scaler::kMostOffsetShift)) return;
  const bool first_is_half = IsHalf(p.multiplier1);
  const bool second_is_half = IsHalf(p.multiplier2);
  if (first_is_half && second_is_half) {
    SelectInvoke(node, Invoke<kSign, Halved, Halved>);
  } else if (first_is_half && ShiftsRight(p.multiplier2, kMostShift)) {
    SelectInvoke(node, Invoke<kSign, Halved, Scaled>);
  } else if (second_is_half && ShiftsRight(p.multiplier1, kMostShift)) {
    SelectInvoke(node, Invoke<kSign, Scaled, Halved>);
  }
}

}  // namespace

TfLiteStatus PrepareAdd(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(reference::PrepareAdd(context, node));
  if (OutputIsInt8(context, node)) SelectFaster<1>(node);
  return kTfLiteOk;
}

TfLiteStatus PrepareAddInt8(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(reference::PrepareAddInt8(context, node));
  SelectFaster<1>(node);
  return kTfLiteOk;
}

TfLiteStatus PrepareSub(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(reference::PrepareSub(context, node));
  if (OutputIsInt8(context, node)) SelectFaster<-1>(node);
  return kTfLiteOk;
}

}  // namespace tflm::elementwise
