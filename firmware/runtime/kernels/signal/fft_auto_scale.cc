// SignalFftAutoScale: shifts the input left as far as its largest value allows, and says how far.
#include "kernels/operators.h"
#include "kernels/signal/bits.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct ScaleParameters {
  int32_t count;
};

// As TFLM finds it: after -32768, whose absolute value does not fit, the search begins anew.
int16_t LargestMagnitude(const int16_t* values, int32_t count) {
  int16_t largest = 0;
  for (int32_t i = 0; i < count; ++i) {
    if (values[i] > largest) {
      largest = values[i];
    } else if (-values[i] > largest) {
      largest = static_cast<int16_t>(-values[i]);
    }
  }
  return largest;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const int32_t count = Parameters<ScaleParameters>(node).count;
  const auto* input = InputData<int16_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  const int16_t largest = LargestMagnitude(input, count);
  // Of nothing but zeros nothing is shifted.
  const int bits = largest > 0 ? 15 - BitLength(static_cast<uint32_t>(largest)) : 0;
  for (int32_t i = 0; i < count; ++i) output[i] = static_cast<int16_t>(input[i] * (1 << bits));
  *OutputData<int32_t>(context, node, 1) = bits;
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFftAutoScale(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 2));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteInt16, kTfLiteInt16, &vectors));
  auto* p = AllocateParameters<ScaleParameters>(context, node);
  if (RequireOutput(context, node, 1, kTfLiteInt32, 0) == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  p->count = Count(vectors.output);
  if (Count(vectors.input) != p->count) return Unsupported(context, "sizes that differ");
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
