// SignalFramer: cuts each row of a signal into frames that overlap. A frame begins frame_step
// values after the one before.
#include <algorithm>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

struct FramerParameters {
  int32_t rows, frames;  // frames that begin in a row of one call
  int32_t size, step;
  int32_t prefilled;  // zeros that are there before the first value
  int32_t room;       // values that are kept of each row
  int32_t kept;       // so many of them are there
  int16_t* buffer;
};

// One step of a row's values comes, and one frame goes, once there are enough. Returns whether.
bool MoveOn(const FramerParameters& p, int32_t kept, const int16_t* input, int16_t* buffer,
            int16_t* output) {
  std::copy(input, input + p.step, buffer + kept);
  kept += p.step;
  if (kept < p.size) return false;
  std::copy(buffer, buffer + p.size, output);
  std::copy(buffer + p.step, buffer + kept, buffer);
  return true;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  auto* p = static_cast<FramerParameters*>(node->user_data);
  const auto* input = InputData<int16_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  int16_t* const first = output;
  bool valid = true;
  int32_t kept = p->kept;
  for (int32_t row = 0; row < p->rows; ++row) {
    kept = p->kept;
    for (int32_t frame = 0; frame < p->frames; ++frame) {
      if (!MoveOn(*p, kept, input, p->buffer + row * p->room, output)) {
        kept += p->step;
        valid = false;
      }
      input += p->step;
      output += p->size;
    }
  }
  p->kept = kept;
  // TFLM leaves frames that are not there as they are.
  if (!valid) std::fill(first, output, int16_t{0});
  *OutputData<bool>(context, node, 1) = valid;
  return kTfLiteOk;
}

TfLiteStatus MeasureFrames(TfLiteContext* context, const TfLiteTensor* input,
                           const TfLiteTensor* output, FramerParameters* p) {
  Rows rows;
  if (input->type != kTfLiteInt16 || output->type != kTfLiteInt16 || !SplitRows(input, &rows) ||
      output->dims->size != input->dims->size + 1) {
    return Unsupported(context, "types %s -> %s, or dimensions", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  if (p->step < 1 || p->size < 1 || rows.length % p->step != 0 || p->prefilled < 0) {
    return Unsupported(context, "rows of %d values do not fit frames of %d every %d",
                       static_cast<int>(rows.length), static_cast<int>(p->size),
                       static_cast<int>(p->step));
  }
  p->rows = rows.count;
  p->frames = rows.length / p->step;
  const int64_t computed = static_cast<int64_t>(p->rows) * p->frames * p->size;
  if (computed != Count(output)) return Unsupported(context, "an output of another size");
  // The least multiple of the step that holds a frame.
  p->room = (p->size + p->step - 1) / p->step * p->step;
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFramer(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 2));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  const TfLiteTensor* valid = RequireOutput(context, node, 1, kTfLiteBool, 0);
  auto* p = AllocateParameters<FramerParameters>(context, node);
  if (input == nullptr || output == nullptr || valid == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  int32_t options[3];  // frame_size, frame_step, prefill
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, options));
  p->size = options[0];
  p->step = options[1];
  if (options[2] != 0) p->prefilled = static_cast<int32_t>(int64_t{p->size} - p->step);
  TF_LITE_ENSURE_STATUS(MeasureFrames(context, input, output, p));
  p->buffer = AllocatePersistent<int16_t>(context, p->rows * p->room);
  p->kept = p->prefilled;
  SelectInvoke(node, Invoke);
  return p->buffer == nullptr ? kTfLiteError : kTfLiteOk;
}

void ResetFramer(TfLiteContext*, void* parameters) {
  auto* p = static_cast<FramerParameters*>(parameters);
  p->kept = p->prefilled;
  std::fill(p->buffer, p->buffer + p->rows * p->room, int16_t{0});
}

}  // namespace tflm::signal
