// CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, SIN, SQRT, SQUARE.
#include "kernels/reference/float_unary.h"

#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/float_functions.h"

namespace tflm::reference {
namespace {

float Ceiling(float x) { return std::ceil(x); }
float Floor(float x) { return std::floor(x); }
float Negative(float x) { return -x; }
float Root(float x) { return std::sqrt(x); }
float Square(float x) { return x * x; }

// To the nearest, halves to even; never to -0, as TFLM does.
float Round(float x) {
  constexpr float kAllAreWhole = 8388608.0f;  // 2^23
  if (!(std::fabs(x) < kAllAreWhole)) return x;
  const float below = std::floor(x);
  const float rest = x - below;
  const bool stays = rest < 0.5f || (rest == 0.5f && static_cast<int32_t>(below) % 2 == 0);
  return stays ? below : below + 1.0f;
}

}  // namespace

TfLiteStatus PrepareFloatUnary(TfLiteContext* context, TfLiteNode* node, const Single& tensors,
                               TfLiteNodeInvoke invoke) {
  auto* p = AllocateParameters<FloatUnary>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->count = tensors.count;
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

TfLiteStatus PrepareFloatUnary(TfLiteContext* context, TfLiteNode* node, TfLiteNodeInvoke invoke) {
  constexpr TfLiteType kTypes[] = {kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  return PrepareFloatUnary(context, node, tensors, invoke);
}

TfLiteStatus PrepareCeil(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<Ceiling>);
}

TfLiteStatus PrepareCos(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<CosFloat>);
}

TfLiteStatus PrepareExp(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<ExpFloat>);
}

TfLiteStatus PrepareFloor(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<Floor>);
}

TfLiteStatus PrepareLog(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<LogFloat>);
}

TfLiteStatus PrepareNeg(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<Negative>);
}

TfLiteStatus PrepareRound(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<Round>);
}

TfLiteStatus PrepareSin(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<SinFloat>);
}

TfLiteStatus PrepareSqrt(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<Root>);
}

TfLiteStatus PrepareSquare(TfLiteContext* context, TfLiteNode* node) {
  return PrepareFloatUnary(context, node, InvokeFloatUnary<Square>);
}

}  // namespace tflm::reference
