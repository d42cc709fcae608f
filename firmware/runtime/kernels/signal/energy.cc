// SignalEnergy: the squared magnitude of each line of a spectrum, for a range of lines.
#include <algorithm>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/fft.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct EnergyParameters {
  int32_t start, end, count;
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<EnergyParameters>(node);
  const auto* spectrum = InputData<Complex<int16_t>>(context, node, 0);
  auto* output = OutputData<uint32_t>(context, node, 0);
  // TFLM leaves what lies outside the range as it is.
  std::fill(output, output + p.start, 0u);
  for (int32_t i = p.start; i < p.end; ++i) {
    const int32_t real = spectrum[i].real;
    const int32_t imaginary = spectrum[i].imaginary;
    output[i] = static_cast<uint32_t>(real * real) + static_cast<uint32_t>(imaginary * imaginary);
  }
  std::fill(output + p.end, output + p.count, 0u);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareEnergy(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteInt16, kTfLiteUInt32, &vectors));
  int32_t options[2];  // end_index, start_index
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, options));
  auto* p = AllocateParameters<EnergyParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  *p = {options[1], options[0], Count(vectors.output)};
  if (p->start < 0 || p->end < p->start || p->end > p->count || p->end > Count(vectors.input) / 2) {
    return Unsupported(context, "lines %d to %d do not lie in input and output",
                       static_cast<int>(p->start), static_cast<int>(p->end));
  }
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
