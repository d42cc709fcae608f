// FLOOR_DIV and FLOOR_MOD of floats.
#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct FloorParameters {
  Walk walk;
  int32_t divisors;  // elements of the second input
};

// Fails for a divisor of 0, as TFLM does. The quotient is of doubles.
TfLiteStatus InvokeDiv(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloorParameters>(node);
  const auto* divisors = InputData<float>(context, node, 1);
  for (int32_t i = 0; i < p.divisors; ++i) {
    if (divisors[i] == 0.0f) return kTfLiteError;
  }
  ForEachPair<float, float>(context, node, p.walk, [](float a, float b) {
    return static_cast<float>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
  });
  return kTfLiteOk;
}

// The remainder has the divisor's sign.
TfLiteStatus InvokeMod(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloorParameters>(node);
  ForEachPair<float, float>(context, node, p.walk, [](float a, float b) {
    const float remainder = std::fmod(a, b);
    const bool moves = remainder != 0.0f && (b < 0.0f) != (remainder < 0.0f);
    return moves ? remainder + b : remainder;
  });
  return kTfLiteOk;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node, TfLiteNodeInvoke invoke) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  if (pair.output->type != kTfLiteFloat32) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
  auto* p = AllocateWalking<FloorParameters>(context, node, pair);
  if (p == nullptr) return kTfLiteError;
  p->divisors = static_cast<int32_t>(tflite::NumElements(pair.input2));
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFloorDiv(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, InvokeDiv);
}

TfLiteStatus PrepareFloorMod(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, InvokeMod);
}

}  // namespace tflm::reference
