// CAST between the numbers that TFLM casts.
#include <limits>

#include "kernels/operators.h"

namespace tflm::reference {
namespace {

struct CastParameters {
  int32_t count;
};

// Whole numbers wrap. A float beyond int32, and what is not a number, becomes the lowest int32
// before it is cut, as on x86, which C++ leaves open.
template <typename From, typename To>
To Converted(From value) {
  if constexpr (std::is_same_v<From, float> && !std::is_same_v<To, float>) {
    constexpr float kBeyond = 2147483648.0f;  // 2^31
    if constexpr (std::is_same_v<To, uint32_t>) {
      if (value >= kBeyond && value < 2.0f * kBeyond) return static_cast<uint32_t>(value);
    }
    const bool fits = value >= -kBeyond && value < kBeyond;
    return static_cast<To>(fits ? static_cast<int32_t>(value)
                                : std::numeric_limits<int32_t>::min());
  } else {
    return static_cast<To>(value);
  }
}

template <typename From, typename To>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto* input = InputData<From>(context, node, 0);
  auto* output = OutputData<To>(context, node, 0);
  const int32_t count = Parameters<CastParameters>(node).count;
  for (int32_t i = 0; i < count; ++i) output[i] = Converted<From, To>(input[i]);
  return kTfLiteOk;
}

template <typename From>
TfLiteNodeInvoke InvokeTo(TfLiteType type) {
  switch (type) {
    case kTfLiteInt8:
      return Invoke<From, int8_t>;
    case kTfLiteInt16:
      return Invoke<From, int16_t>;
    case kTfLiteInt32:
      return Invoke<From, int32_t>;
    case kTfLiteUInt32:
      return Invoke<From, uint32_t>;
    case kTfLiteFloat32:
      return Invoke<From, float>;
    default:
      return nullptr;
  }
}

TfLiteNodeInvoke InvokeFor(TfLiteType from, TfLiteType to) {
  switch (from) {
    case kTfLiteBool:
      return InvokeTo<uint8_t>(to);
    case kTfLiteInt8:
      return InvokeTo<int8_t>(to);
    case kTfLiteInt16:
      return InvokeTo<int16_t>(to);
    case kTfLiteInt32:
      return InvokeTo<int32_t>(to);
    case kTfLiteUInt32:
      return InvokeTo<uint32_t>(to);
    case kTfLiteFloat32:
      return InvokeTo<float>(to);
    default:
      return nullptr;
  }
}

}  // namespace

TfLiteStatus PrepareCast(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<CastParameters>(context, node);
  if (input == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  const TfLiteNodeInvoke invoke = InvokeFor(input->type, output->type);
  if (invoke == nullptr || tflite::NumElements(input) != tflite::NumElements(output)) {
    return Unsupported(context, "types %s -> %s, or sizes that differ",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type));
  }
  p->count = static_cast<int32_t>(tflite::NumElements(output));
  SelectInvoke(node, invoke);
  return kTfLiteOk;
}

}  // namespace tflm::reference
