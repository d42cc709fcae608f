// SignalOverlapAdd: adds frames that overlap, as SignalFramer cuts them, to a signal again.
#include <algorithm>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/quantization.h"
#include "kernels/signal/tensors.h"
#include "kernels/signal/transform_options.h"

namespace tflm::signal {
namespace {

struct OverlapParameters {
  int32_t rows, frames;  // frames of a row
  int32_t size, step;
  void* sums;  // of each row, of what has not come out yet
  size_t bytes;
};

int16_t Add(int16_t a, int16_t b) {
  return static_cast<int16_t>(
      Clamp(a + b, std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()));
}

float Add(float a, float b) { return a + b; }

template <typename T>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<OverlapParameters>(node);
  const T* input = InputData<T>(context, node, 0);
  T* output = OutputData<T>(context, node, 0);
  T* sums = static_cast<T*>(p.sums);
  for (int32_t row = 0; row < p.rows; ++row, sums += p.size) {
    for (int32_t frame = 0; frame < p.frames; ++frame) {
      for (int32_t i = 0; i < p.size; ++i) sums[i] = Add(sums[i], *input++);
      output = std::copy(sums, sums + p.step, output);
      T* end = std::copy(sums + p.step, sums + p.size, sums);
      std::fill(end, sums + p.size, T{0});
    }
  }
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<OverlapParameters>(context, node);
  if (input == nullptr || output == nullptr || p == nullptr) return kTfLiteError;
  int32_t options[2];  // T, frame_step
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, options));
  constexpr TfLiteType kType = tflite::typeToTfLiteType<T>();
  const int dimensions = input->dims->size;
  if (input->type != kType || output->type != kType || dimensions < 2 ||
      output->dims->size != dimensions - 1) {
    return Unsupported(context, "types %s -> %s, not %s, or dimensions",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type),
                       TfLiteTypeGetName(kType));
  }
  p->size = input->dims->data[dimensions - 1];
  p->frames = input->dims->data[dimensions - 2];
  p->rows = Count(input) / (p->size * p->frames);
  p->step = options[1];
  const bool fits = p->step >= 1 && p->step <= p->size &&
                    static_cast<int64_t>(p->rows) * p->frames * p->step == Count(output);
  if (!fits) {
    return Unsupported(context, "frames of %d values, %d apart, do not fit the output",
                       static_cast<int>(p->size), static_cast<int>(p->step));
  }
  p->bytes = sizeof(T) * static_cast<size_t>(p->rows * p->size);
  p->sums = AllocatePersistent<T>(context, p->rows * p->size);
  SelectInvoke(node, Invoke<T>);
  return p->sums == nullptr ? kTfLiteError : kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareOverlapAdd(TfLiteContext* context, TfLiteNode* node) {
  switch (TransformType(node)) {
    case kTfLiteInt16:
      return Prepare<int16_t>(context, node);
    case kTfLiteFloat32:
      return Prepare<float>(context, node);
    default:
      return Unsupported(context, "its option T");
  }
}

// All bits of the float 0 are 0.
void ResetOverlapAdd(TfLiteContext*, void* parameters) {
  const auto* p = static_cast<const OverlapParameters*>(parameters);
  std::fill_n(static_cast<uint8_t*>(p->sums), p->bytes, uint8_t{0});
}

}  // namespace tflm::signal
