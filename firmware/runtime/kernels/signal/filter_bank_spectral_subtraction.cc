// SignalFilterBankSpectralSubtraction: takes a slowly following estimate of the noise off each
// channel, of which a part remains. The estimate lasts from call to call.
#include <algorithm>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

// In the alphabetical order of their names, as in the model.
struct Options {
  int32_t alternate_one_minus_smoothing, alternate_smoothing;  // of odd channels
  int32_t clamping;
  int32_t min_signal_remaining;
  int32_t channels;
  int32_t one_minus_smoothing, smoothing;
  int32_t smoothing_bits;
  int32_t fraction_bits;  // spectral_subtraction_bits: of smoothing and of what remains
};
constexpr uint32_t kOptions = sizeof(Options) / sizeof(int32_t);

struct SubtractionParameters {
  Options options;
  uint32_t* noise;
};

uint32_t Scaled(uint64_t product, const Options& o) {
  return static_cast<uint32_t>(product >> o.fraction_bits);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<SubtractionParameters>(node);
  const Options& o = p.options;
  const auto* input = InputData<uint32_t>(context, node, 0);
  auto* output = OutputData<uint32_t>(context, node, 0);
  for (int32_t i = 0; i < o.channels; ++i) {
    const auto smoothing = static_cast<uint32_t>(i % 2 ? o.alternate_smoothing : o.smoothing);
    const auto rest =
        static_cast<uint32_t>(i % 2 ? o.alternate_one_minus_smoothing : o.one_minus_smoothing);
    const uint32_t signal = input[i] << o.smoothing_bits;
    const uint32_t noise = Scaled(uint64_t{signal} * smoothing + uint64_t{p.noise[i]} * rest, o);
    const uint32_t estimate = std::min(noise, signal);
    p.noise[i] = o.clamping != 0 ? estimate : noise;
    const uint32_t least =
        Scaled(uint64_t{input[i]} * static_cast<uint32_t>(o.min_signal_remaining), o);
    output[i] = std::max((signal - estimate) >> o.smoothing_bits, least);
  }
  std::copy(p.noise, p.noise + o.channels, OutputData<uint32_t>(context, node, 1));
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFilterBankSpectralSubtraction(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 2));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteUInt32, kTfLiteUInt32, &vectors));
  const TfLiteTensor* noise = RequireOutput(context, node, 1, kTfLiteUInt32, 1);
  auto* p = AllocateParameters<SubtractionParameters>(context, node);
  if (noise == nullptr || p == nullptr) return kTfLiteError;
  int32_t values[kOptions];
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, values));
  std::copy(values, values + kOptions, &p->options.alternate_one_minus_smoothing);
  const Options& o = p->options;
  if (Count(vectors.input) != o.channels || Count(vectors.output) != o.channels ||
      Count(noise) != o.channels || !IsShift(o.smoothing_bits, 32) ||
      !IsShift(o.fraction_bits, 64)) {
    return Unsupported(context, "%d channels, shifts by %d and %d bits do not fit",
                       static_cast<int>(o.channels), static_cast<int>(o.smoothing_bits),
                       static_cast<int>(o.fraction_bits));
  }
  p->noise = AllocatePersistent<uint32_t>(context, o.channels);
  SelectInvoke(node, Invoke);
  return p->noise == nullptr ? kTfLiteError : kTfLiteOk;
}

void ResetFilterBankSpectralSubtraction(TfLiteContext*, void* parameters) {
  const auto* p = static_cast<const SubtractionParameters*>(parameters);
  std::fill(p->noise, p->noise + p->options.channels, 0u);
}

}  // namespace tflm::signal
