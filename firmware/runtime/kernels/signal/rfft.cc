// SignalRfft: the spectrum of each row of the input, to which zeros are added up to fft_length.
#include "kernels/operators.h"
#include "kernels/signal/fft.h"
#include "kernels/signal/transform_options.h"

namespace tflm::signal {
namespace {

template <typename T>
struct RfftParameters {
  Plan<T> plan;
  Rows rows;  // of the input
};

template <typename T>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<RfftParameters<T>>(node);
  const T* input = InputData<T>(context, node, 0);
  auto* spectrum = OutputData<Complex<T>>(context, node, 0);
  for (int32_t row = 0; row < p.rows.count; ++row) {
    TransformReal(p.plan, input, p.rows.length, spectrum);
    input += p.rows.length;
    spectrum += p.plan.length + 1;
  }
  return kTfLiteOk;
}

template <typename T>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  Transform transform;
  TF_LITE_ENSURE_STATUS(ReadTransform<T>(context, node, &transform));
  const Rows& input = transform.input;
  if (input.length > transform.length || transform.output.length != transform.length + 2 ||
      input.count != transform.output.count) {
    return Unsupported(context, "rows of %d values -> %d do not fit fft_length %d",
                       static_cast<int>(input.length), static_cast<int>(transform.output.length),
                       static_cast<int>(transform.length));
  }
  auto* p = AllocateParameters<RfftParameters<T>>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->rows = input;
  SelectInvoke(node, Invoke<T>);
  return MakePlan(context, transform.length, false, &p->plan) ? kTfLiteOk : kTfLiteError;
}

}  // namespace

TfLiteStatus PrepareRfft(TfLiteContext* context, TfLiteNode* node) {
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

TfLiteStatus PrepareRfftInt16(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<int16_t>(context, node);
}

TfLiteStatus PrepareRfftInt32(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<int32_t>(context, node);
}

TfLiteStatus PrepareRfftFloat(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<float>(context, node);
}

}  // namespace tflm::signal
