// SignalWindow: each row of the input times a window, in fixed point.
#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/quantization.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct WindowParameters {
  int32_t count, length;  // elements of the input, and of the window
  int32_t shift;
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<WindowParameters>(node);
  const auto* input = InputData<int16_t>(context, node, 0);
  const auto* window = InputData<int16_t>(context, node, 1);
  auto* output = OutputData<int16_t>(context, node, 0);
  for (int32_t row = 0; row < p.count; row += p.length) {
    for (int32_t i = 0; i < p.length; ++i) {
      const int32_t product = int32_t{*input++} * window[i] >> p.shift;
      *output++ = static_cast<int16_t>(
          Clamp(product, std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()));
    }
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareWindow(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  const TfLiteTensor* window = RequireInput(context, node, 1, kTfLiteInt16, 1);
  auto* p = AllocateParameters<WindowParameters>(context, node);
  if (input == nullptr || output == nullptr || window == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, &p->shift, 1));
  p->count = Count(input);
  p->length = Count(window);
  if (input->type != kTfLiteInt16 || output->type != kTfLiteInt16 || input->dims->size < 1 ||
      output->dims->size != input->dims->size || Count(output) != p->count ||
      p->count % p->length != 0 || !IsShift(p->shift, 32)) {
    return Unsupported(context, "types %s -> %s, sizes or the shift by %d",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type),
                       static_cast<int>(p->shift));
  }
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
