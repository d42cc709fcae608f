// LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT.
#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct PairParameters {
  Walk walk;
};

struct NotParameters {
  int32_t count;
};

// A byte other than 0 is true, whatever a model's constant holds.
template <bool kAnd>
TfLiteStatus InvokePair(TfLiteContext* context, TfLiteNode* node) {
  ForEachPair<uint8_t, uint8_t>(context, node, Parameters<PairParameters>(node).walk,
                                [](uint8_t a, uint8_t b) {
                                  const bool result = kAnd ? a != 0 && b != 0 : a != 0 || b != 0;
                                  return static_cast<uint8_t>(result);
                                });
  return kTfLiteOk;
}

TfLiteStatus InvokeNot(TfLiteContext* context, TfLiteNode* node) {
  const auto* input = InputData<uint8_t>(context, node, 0);
  auto* output = OutputData<uint8_t>(context, node, 0);
  const int32_t count = Parameters<NotParameters>(node).count;
  for (int32_t i = 0; i < count; ++i) output[i] = input[i] == 0;
  return kTfLiteOk;
}

TfLiteStatus PreparePair(TfLiteContext* context, TfLiteNode* node, TfLiteNodeInvoke invoke) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  if (pair.output->type != kTfLiteBool) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(pair.output->type));
  }
  if (AllocateWalking<PairParameters>(context, node, pair) == nullptr) return kTfLiteError;
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareLogicalAnd(TfLiteContext* context, TfLiteNode* node) {
  return PreparePair(context, node, InvokePair<true>);
}

TfLiteStatus PrepareLogicalOr(TfLiteContext* context, TfLiteNode* node) {
  return PreparePair(context, node, InvokePair<false>);
}

TfLiteStatus PrepareLogicalNot(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteBool};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  auto* p = AllocateParameters<NotParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->count = tensors.count;
  SelectInvoke(node, InvokeNot);
  return kTfLiteOk;
}

}  // namespace tflm::reference
