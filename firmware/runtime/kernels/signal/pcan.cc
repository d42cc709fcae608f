// SignalPCAN: automatic gain control by channel. The gain comes from the noise by a table, and the
// signal over the noise is pressed together below 2.
#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/bits.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

constexpr int kRatioBits = 12;   // after the point of the signal over the noise
constexpr int kOutputBits = 6;   // of the result
constexpr int kTableSize = 125;  // so far reaches a noise of 32 bits

struct PcanParameters {
  int32_t channels, shift;
};

// A gain that is piecewise a parabola: for each number of bits that the noise takes, the table has
// a value at the left end, a slope and a curvature, and one that is unused.
int16_t Gain(uint32_t noise, const int16_t* table) {
  if (noise <= 2) return table[noise];
  constexpr int kFractionBits = 10;
  const int bits = BitLength(noise);
  const int below = bits - 1 - kFractionBits;
  const int32_t position =
      (below < 0 ? noise << -below : noise >> below) & ((1 << kFractionBits) - 1);
  const int16_t* piece = table + 4 * bits - 6;
  int32_t rise = piece[2] * position >> 5;
  rise += piece[1] * (1 << 5);
  rise = (rise * position + (1 << 14)) >> 15;
  return static_cast<int16_t>(rise + piece[0]);
}

// x^2 / 4 below 2, else x - 1.
uint32_t Shrink(uint32_t ratio) {
  if (ratio < 2u << kRatioBits) return ratio * ratio >> (2 + 2 * kRatioBits - kOutputBits);
  return (ratio >> (kRatioBits - kOutputBits)) - (1u << kOutputBits);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<PcanParameters>(node);
  const auto* input = InputData<uint32_t>(context, node, 0);
  const auto* noise = InputData<uint32_t>(context, node, 1);
  const auto* table = InputData<int16_t>(context, node, 2);
  auto* output = OutputData<uint32_t>(context, node, 0);
  for (int32_t i = 0; i < p.channels; ++i) {
    const auto gain = static_cast<uint32_t>(Gain(noise[i], table));
    output[i] = Shrink(static_cast<uint32_t>(uint64_t{input[i]} * gain >> p.shift));
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PreparePCAN(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 3, 3, 1));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteUInt32, kTfLiteUInt32, &vectors));
  const TfLiteTensor* noise = RequireInput(context, node, 1, kTfLiteUInt32, 1);
  if (noise == nullptr) return kTfLiteError;
  const TfLiteTensor* table = RequireInput(context, node, 2, kTfLiteInt16, 1);
  auto* p = AllocateParameters<PcanParameters>(context, node);
  if (table == nullptr || p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, &p->shift, 1));
  p->channels = Count(vectors.input);
  if (Count(vectors.output) != p->channels || Count(noise) != p->channels ||
      Count(table) < kTableSize || !IsShift(p->shift, 64)) {
    return Unsupported(context, "sizes, a gain table of less than %d values, or a shift by %d bits",
                       kTableSize, static_cast<int>(p->shift));
  }
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
