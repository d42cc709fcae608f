// SignalStacker: the latest inputs side by side, with as many before and after as the context says.
#include <algorithm>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct StackerParameters {
  int32_t channels, left, width, step;  // the last three in inputs
  int32_t kept;                         // inputs that are there
  bool started;
  int16_t* inputs;
};

// The first input stands for those before it too.
void Append(StackerParameters* p, const int16_t* input) {
  const int32_t copies = p->started ? 1 : p->left + 1;
  p->started = true;
  for (int32_t i = 0; i < copies; ++i, ++p->kept) {
    std::copy(input, input + p->channels, p->inputs + p->kept * p->channels);
  }
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  auto* p = static_cast<StackerParameters*>(node->user_data);
  auto* output = OutputData<int16_t>(context, node, 0);
  int16_t* const end = p->inputs + p->width * p->channels;
  Append(p, InputData<int16_t>(context, node, 0));
  const bool valid = p->kept == p->width;
  if (valid) {
    std::copy(p->inputs, end, output);
    std::copy(p->inputs + p->step * p->channels, end, p->inputs);
    p->kept -= p->step;
  } else {
    // TFLM leaves it as it is.
    std::fill(output, output + p->width * p->channels, int16_t{0});
  }
  *OutputData<bool>(context, node, 1) = valid;
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareStacker(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 2));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteInt16, kTfLiteInt16, &vectors));
  auto* p = AllocateParameters<StackerParameters>(context, node);
  if (RequireOutput(context, node, 1, kTfLiteBool, 0) == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  int32_t options[4];  // num_channels, stacker_left_context, stacker_right_context, stacker_step
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, options));
  const int32_t output = Count(vectors.output);
  const int64_t width = int64_t{options[1]} + options[2] + 1;
  *p = {options[0], options[1], static_cast<int32_t>(width), options[3], 0, false, nullptr};
  if (p->channels != Count(vectors.input) || p->left < 0 || options[2] < 0 ||
      width * p->channels != output || p->step < 1 || p->step > width) {
    return Unsupported(context, "%d channels, a context of %d and %d or the step %d do not fit",
                       static_cast<int>(options[0]), static_cast<int>(options[1]),
                       static_cast<int>(options[2]), static_cast<int>(options[3]));
  }
  p->inputs = AllocatePersistent<int16_t>(context, output);
  SelectInvoke(node, Invoke);
  return p->inputs == nullptr ? kTfLiteError : kTfLiteOk;
}

void ResetStacker(TfLiteContext*, void* parameters) {
  auto* p = static_cast<StackerParameters*>(parameters);
  p->kept = 0;
  p->started = false;
}

}  // namespace tflm::signal
