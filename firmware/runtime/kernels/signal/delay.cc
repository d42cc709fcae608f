// SignalDelay: each row of the input, later by delay_length values.
#include <algorithm>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct DelayParameters {
  Rows rows;
  int32_t delay;
  int16_t* waiting;  // `delay` values for each row, the oldest first
};

// The row goes behind what waits; as many values as it has come out in front.
void DelayRow(const DelayParameters& p, const int16_t* input, int16_t* waiting, int16_t* output) {
  const int32_t from_waiting = std::min(p.delay, p.rows.length);
  const int32_t from_input = p.rows.length - from_waiting;
  output = std::copy(waiting, waiting + from_waiting, output);
  std::copy(input, input + from_input, output);
  waiting = std::copy(waiting + from_waiting, waiting + p.delay, waiting);
  std::copy(input + from_input, input + p.rows.length, waiting);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<DelayParameters>(node);
  const auto* input = InputData<int16_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  for (int32_t row = 0; row < p.rows.count; ++row) {
    const int32_t at = row * p.rows.length;
    DelayRow(p, input + at, p.waiting + row * p.delay, output + at);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareDelay(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<DelayParameters>(context, node);
  if (input == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, &p->delay, 1));
  if (input->type != kTfLiteInt16 || output->type != kTfLiteInt16 || !SplitRows(input, &p->rows) ||
      Count(output) != Count(input) || !IsCount(p->delay, p->rows.count)) {
    return Unsupported(context, "types %s -> %s, sizes or a delay of %d",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type),
                       static_cast<int>(p->delay));
  }
  p->waiting = AllocatePersistent<int16_t>(context, p->rows.count * p->delay);
  SelectInvoke(node, Invoke);
  return p->waiting == nullptr ? kTfLiteError : kTfLiteOk;
}

void ResetDelay(TfLiteContext*, void* parameters) {
  const auto* p = static_cast<const DelayParameters*>(parameters);
  std::fill(p->waiting, p->waiting + p->rows.count * p->delay, int16_t{0});
}

}  // namespace tflm::signal
