// SignalIrfft: the signal of each spectrum. Floats are scaled so that it undoes SignalRfft.
#include "kernels/operators.h"
#include "kernels/signal/fft.h"
#include "kernels/signal/transform_options.h"

namespace tflm::signal {
namespace {

template <typename T>
struct IrfftParameters {
  Plan<T> plan;
  int32_t rows;
  int work;  // scratch buffer
};

template <typename T>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<IrfftParameters<T>>(node);
  const auto* spectrum = InputData<Complex<T>>(context, node, 0);
  T* output = OutputData<T>(context, node, 0);
  auto* work = static_cast<Complex<T>*>(context->GetScratchBuffer(context, p.work));
  const int32_t length = 2 * p.plan.length;
  for (int32_t row = 0; row < p.rows; ++row, output += length) {
    TransformToReal(p.plan, spectrum, work, output);
    spectrum += p.plan.length + 1;
    if constexpr (std::is_same_v<T, float>) {
      for (int32_t i = 0; i < length; ++i) output[i] /= static_cast<float>(length);
    }
  }
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  Transform transform;
  TF_LITE_ENSURE_STATUS(ReadTransform<T>(context, node, &transform));
  const Rows& input = transform.input;
  if (input.length != transform.length + 2 || transform.output.length != transform.length ||
      input.count != transform.output.count) {
    return Unsupported(context, "rows of %d values -> %d do not fit fft_length %d",
                       static_cast<int>(input.length), static_cast<int>(transform.output.length),
                       static_cast<int>(transform.length));
  }
  auto* p = AllocateParameters<IrfftParameters<T>>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->rows = input.count;
  SelectInvoke(node, Invoke<T>);
  if (!MakePlan(context, transform.length, true, &p->plan)) return kTfLiteError;
  return context->RequestScratchBufferInArena(
      context, sizeof(Complex<T>) * static_cast<size_t>(p->plan.length), &p->work);
}

}  // namespace

TfLiteStatus PrepareIrfft(TfLiteContext* context, TfLiteNode* node) {
  switch (TransformType(node)) {
    case kTfLiteInt16:
      return Prepare<int16_t>(context, node);
    case kTfLiteInt32:
      return Prepare<int32_t>(context, node);
    case kTfLiteFloat32:
      return Prepare<float>(context, node);
    default:
      return Unsupported(context, "its option T");
  }
}

TfLiteStatus PrepareIrfftInt16(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<int16_t>(context, node);
}

TfLiteStatus PrepareIrfftInt32(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<int32_t>(context, node);
}

TfLiteStatus PrepareIrfftFloat(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<float>(context, node);
}

}  // namespace tflm::signal
