// Operators that compute one float from one float: ABS, CEIL, FLOOR, NEG, ROUND, RSQRT, SQRT,
// SQUARE.
#include <cmath>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct UnaryParameters {
  int32_t count;
};

template <float (*kFunction)(float)>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  const int32_t count = Parameters<UnaryParameters>(node).count;
  for (int32_t i = 0; i < count; ++i) output[i] = kFunction(input[i]);
  return kTfLiteOk;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node, TfLiteNodeInvoke invoke) {
  constexpr TfLiteType kTypes[] = {kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  auto* p = AllocateParameters<UnaryParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->count = tensors.count;
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

float Absolute(float x) { return std::fabs(x); }
float Ceiling(float x) { return std::ceil(x); }
float Floor(float x) { return std::floor(x); }
float Negative(float x) { return -x; }
float Root(float x) { return std::sqrt(x); }
float ReciprocalRoot(float x) { return 1.0f / std::sqrt(x); }
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

TfLiteStatus PrepareAbs(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Absolute>);
}

TfLiteStatus PrepareCeil(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Ceiling>);
}

TfLiteStatus PrepareFloor(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Floor>);
}

TfLiteStatus PrepareNeg(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Negative>);
}

TfLiteStatus PrepareRound(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Round>);
}

TfLiteStatus PrepareRsqrt(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<ReciprocalRoot>);
}

TfLiteStatus PrepareSqrt(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Root>);
}

TfLiteStatus PrepareSquare(TfLiteContext* context, TfLiteNode* node) {
  return Prepare(context, node, Invoke<Square>);
}

}  // namespace tflm::reference
