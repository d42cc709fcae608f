#include "kernels/signal/transform_options.h"

#include "core/names.h"
#include "kernels/custom_options.h"
#include "kernels/signal/fft.h"

namespace tflm::signal {

TfLiteType TransformType(const TfLiteNode* node) {
  int32_t type;
  if (!CustomOptions(node).Integer("T", &type)) return kTfLiteNoType;
  return RuntimeType(static_cast<tflite::TensorType>(type));
}

TfLiteStatus ReadTransform(TfLiteContext* context, const TfLiteNode* node, TfLiteType type,
                           Transform* transform) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  int32_t options[2];  // T, fft_length
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, options));
  transform->length = options[1];
  if (!IsTransformLength(transform->length)) {
    return Unsupported(context, "fft_length %d is not an even number of the factors 2, 3 and 5",
                       static_cast<int>(transform->length));
  }
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input == nullptr || output == nullptr) return kTfLiteError;
  if (input->type != type || output->type != type || input->dims->size != output->dims->size ||
      !SplitRows(input, &transform->input) || !SplitRows(output, &transform->output)) {
    return Unsupported(context, "types %s -> %s, not %s, or different numbers of dimensions",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type),
                       TfLiteTypeGetName(type));
  }
  return kTfLiteOk;
}

}  // namespace tflm::signal
