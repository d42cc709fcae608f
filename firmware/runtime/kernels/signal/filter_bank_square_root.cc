// SignalFilterBankSquareRoot: rounded square roots of 64-bit sums, shifted right.
#include <cstring>

#include "kernels/operators.h"
#include "kernels/signal/bits.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct RootParameters {
  int32_t count;
};

// The square root of x, rounded to nearest; but to `largest` at most, as in TFLM, where the result
// has half as many bits as x. `power` is the largest power of 4 that x may reach.
template <typename T>
uint32_t RoundedRoot(T x, T power, uint32_t largest) {
  T root = 0;
  while (power > x) power >>= 2;
  for (; power != 0; power >>= 2) {
    const T trial = root + power;
    root >>= 1;
    if (x >= trial) {
      x -= trial;
      root += power;
    }
  }
  return static_cast<uint32_t>(root) + (x > root && root != largest ? 1 : 0);
}

uint32_t RoundedRoot(uint64_t x) {
  const auto low = static_cast<uint32_t>(x);
  if (low == x) return RoundedRoot(low, uint32_t{1} << 30, 0xffff);
  return RoundedRoot(x, uint64_t{1} << 62, 0xffffffff);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const int32_t count = Parameters<RootParameters>(node).count;
  const auto* input = InputData<uint8_t>(context, node, 0);
  // x86, on which the reference runs, takes five bits of it.
  const uint32_t shift = *InputData<uint32_t>(context, node, 1) & 31;
  auto* output = OutputData<uint32_t>(context, node, 0);
  for (int32_t i = 0; i < count; ++i) {
    uint64_t value;  // a file may align it to 4 bytes only
    std::memcpy(&value, input + sizeof(value) * i, sizeof(value));
    output[i] = RoundedRoot(value) >> shift;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFilterBankSquareRoot(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteUInt64, kTfLiteUInt32, &vectors));
  auto* p = AllocateParameters<RootParameters>(context, node);
  if (RequireInput(context, node, 1, kTfLiteInt32, 0) == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  p->count = Count(vectors.output);
  if (Count(vectors.input) != p->count) return Unsupported(context, "sizes that differ");
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
