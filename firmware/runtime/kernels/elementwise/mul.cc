// MUL of int8 tensors.
#include "kernels/elementwise/rounding.h"
#include "kernels/elementwise/rows.h"
#include "kernels/operators.h"
#include "kernels/reference/quantized_pair.h"

namespace tflm::elementwise {
namespace {

using reference::QuantizedProduct;

template <typename Limits>
struct Product {
  int32_t doubled_offset1, offset2;
  Scaler output;
  Limits limits;

  int8_t operator()(int8_t a, int8_t b) const {
    return limits.Limit(output.ScaleHalfOf((doubled_offset1 + a * 2) * (b + offset2)));
  }
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<QuantizedProduct>(node);
  const Scaler output(p.multiplier, p.output_offset);
  if (IsWholeRange(p.min, p.max)) {
    const Product<WholeRange> product = {2 * p.offset1, p.offset2, output, {}};
    ForEachInt8Pair(context, node, p.walk, product);
  } else {
    const Product<Range> product = {2 * p.offset1, p.offset2, output, {p.min, p.max}};
    ForEachInt8Pair(context, node, p.walk, product);
  }
  return kTfLiteOk;
}

// Replaces the Invoke that the portable Prepare has selected, where ours does it.
void SelectFaster(TfLiteNode* node) {
  const auto& p = Parameters<QuantizedProduct>(node);
  if (BothMove(p.walk) && ShiftsRight(p.multiplier, Scaler::kMostOffsetShift)) {
    SelectInvoke(node, Invoke);
  }
}

}  // namespace

TfLiteStatus PrepareMul(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(reference::PrepareMul(context, node));
  if (OutputIsInt8(context, node)) SelectFaster(node);
  return kTfLiteOk;
}

TfLiteStatus PrepareMulInt8(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(reference::PrepareMulInt8(context, node));
  SelectFaster(node);
  return kTfLiteOk;
}

}  // namespace tflm::elementwise
