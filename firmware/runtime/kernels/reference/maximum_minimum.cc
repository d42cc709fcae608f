// MAXIMUM and MINIMUM compare the values as they are stored: TFLM does not rescale them.
#include "kernels/operators.h"
#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

struct ComparisonParameters {
  Walk walk;
};

struct Maximum {
  template <typename T>
  static T Compute(T a, T b) {
    return a > b ? a : b;
  }
};

struct Minimum {
  template <typename T>
  static T Compute(T a, T b) {
    return a < b ? a : b;
  }
};

template <typename Operation, typename T>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  ForEachPair<T, T>(context, node, Parameters<ComparisonParameters>(node).walk,
                    [](T a, T b) { return Operation::Compute(a, b); });
  return kTfLiteOk;
}

template <typename Operation>
TfLiteNodeInvoke FindInvoke(TfLiteType type) {
  switch (type) {
    case kTfLiteInt8:
      return Invoke<Operation, int8_t>;
    case kTfLiteInt16:
      return Invoke<Operation, int16_t>;
    case kTfLiteInt32:
      return Invoke<Operation, int32_t>;
    case kTfLiteInt64:
      return Invoke<Operation, int64_t>;
    case kTfLiteFloat32:
      return Invoke<Operation, float>;
    default:
      return nullptr;
  }
}

template <typename Operation>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  Pair pair;
  TF_LITE_ENSURE_STATUS(DescribePair(context, node, &pair));
  if (AllocateWalking<ComparisonParameters>(context, node, pair) == nullptr) return kTfLiteError;
  const TfLiteType type = pair.output->type;
  TfLiteNodeInvoke invoke = FindInvoke<Operation>(type);
  if (invoke == nullptr || !IsAligned(pair.input1) || !IsAligned(pair.input2)) {
    return Unsupported(context, "type %s", TfLiteTypeGetName(type));
  }
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareMaximum(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<Maximum>(context, node);
}

TfLiteStatus PrepareMinimum(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<Minimum>(context, node);
}

}  // namespace tflm::reference
