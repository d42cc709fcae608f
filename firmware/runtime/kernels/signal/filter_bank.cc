// SignalFilterBank: sums energies into channels, whose triangular filters overlap: each line counts
// with its weight for one channel, and with its unweight for the next.
#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

constexpr int kEnergies = 0;
constexpr int kWeights = 1;
constexpr int kUnweights = 2;
constexpr int kFrequencyStarts = 3;
constexpr int kWeightStarts = 4;
constexpr int kWidths = 5;

struct BankParameters {
  int32_t channels, outputs;
  int32_t energies, weights;  // elements
};

// Where the lines of each channel begin, in the energies and in the weights, and how many they are.
struct Bands {
  const int16_t* frequency_starts;
  const int16_t* weight_starts;
  const int16_t* widths;
};

bool FitsInput(const BankParameters& p, const Bands& bands) {
  for (int32_t c = 0; c <= p.channels; ++c) {
    if (bands.widths[c] <= 0) continue;
    if (bands.frequency_starts[c] < 0 || bands.weight_starts[c] < 0 ||
        bands.frequency_starts[c] + bands.widths[c] > p.energies ||
        bands.weight_starts[c] + bands.widths[c] > p.weights) {
      return false;
    }
  }
  return true;
}

// The channel before the first is there for its unweights alone. Sums wrap, as in TFLM.
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<BankParameters>(node);
  const auto* energies = InputData<uint32_t>(context, node, kEnergies);
  const auto* weights = InputData<int16_t>(context, node, kWeights);
  const auto* unweights = InputData<int16_t>(context, node, kUnweights);
  const Bands bands = {InputData<int16_t>(context, node, kFrequencyStarts),
                       InputData<int16_t>(context, node, kWeightStarts),
                       InputData<int16_t>(context, node, kWidths)};
  auto* output = OutputData<uint64_t>(context, node, 0);
  if (!FitsInput(p, bands)) return kTfLiteError;
  uint64_t sum = 0;
  for (int32_t c = 0; c <= p.outputs; ++c) {
    const uint32_t* energy = energies + bands.frequency_starts[c];
    const int32_t first = bands.weight_starts[c];
    uint64_t next = 0;
    for (int32_t i = 0; i < bands.widths[c]; ++i) {
      sum += static_cast<uint64_t>(weights[first + i]) * energy[i];
      next += static_cast<uint64_t>(unweights[first + i]) * energy[i];
    }
    if (c > 0) output[c - 1] = sum;
    sum = next;
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFilterBank(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 6, 6, 1));
  auto* p = AllocateParameters<BankParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, &p->channels, 1));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteUInt32, kTfLiteUInt64, &vectors));
  const TfLiteTensor* parts[6] = {vectors.input};
  for (int i = kWeights; i <= kWidths; ++i) {
    parts[i] = RequireInput(context, node, i, kTfLiteInt16, 1);
    if (parts[i] == nullptr) return kTfLiteError;
  }
  p->outputs = Count(vectors.output);
  p->energies = Count(vectors.input);
  p->weights = Count(parts[kWeights]);
  bool fits = p->channels >= p->outputs && Count(parts[kUnweights]) == p->weights;
  for (int i = kFrequencyStarts; i <= kWidths; ++i) fits = fits && Count(parts[i]) > p->channels;
  if (!fits) {
    return Unsupported(context, "%d channels do not fit the sizes", static_cast<int>(p->channels));
  }
  const Bands bands = {parts[kFrequencyStarts]->data.i16, parts[kWeightStarts]->data.i16,
                       parts[kWidths]->data.i16};
  const bool constant = bands.frequency_starts != nullptr && bands.weight_starts != nullptr &&
                        bands.widths != nullptr;
  if (constant && !FitsInput(*p, bands)) {
    return Unsupported(context, "a channel lies outside energies or weights");
  }
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
