#include <cmath>

#include "kernels/operators.h"
#include "kernels/window_padding.h"

namespace tflm {

TfLiteStatus PreparePoolGeometry(TfLiteContext* context, const TfLiteNode* node, PoolGeometry* g) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input == nullptr || output == nullptr) return kTfLiteError;
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  if (!IsOneOf(input->type, kTypes) || input->type != output->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  if (input->dims->size != 4 || output->dims->size != 4 ||
      input->dims->data[0] != output->dims->data[0] ||
      input->dims->data[3] != output->dims->data[3]) {
    return Unsupported(context, "batches or channels of input and output do not fit");
  }
  const auto& options = Options<TfLitePoolParams>(node);
  *g = {};
  g->batches = input->dims->data[0];
  g->input_height = input->dims->data[1];
  g->input_width = input->dims->data[2];
  g->channels = input->dims->data[3];
  g->output_height = output->dims->data[1];
  g->output_width = output->dims->data[2];
  g->filter_height = options.filter_height;
  g->filter_width = options.filter_width;
  g->stride_height = options.stride_height;
  g->stride_width = options.stride_width;
  if (g->filter_height < 1 || g->filter_width < 1 || g->stride_height < 1 || g->stride_width < 1) {
    return Unsupported(context, "a filter size or stride is not positive");
  }
  g->pad_top = PaddingBefore(
      {g->input_height, g->filter_height, g->output_height, g->stride_height, 1}, options.padding);
  g->pad_left = PaddingBefore(
      {g->input_width, g->filter_width, g->output_width, g->stride_width, 1}, options.padding);
  if (g->pad_top < 0 || g->pad_left < 0) {
    return Unsupported(context, "output is not %d x %d by stride and padding",
                       static_cast<int>(g->output_height), static_cast<int>(g->output_width));
  }
  if (input->type == kTfLiteFloat32) {
    return FloatActivationRange(context, options.activation, &g->float_activation_min,
                                &g->float_activation_max);
  }
  // Pooling does not rescale.
  constexpr float kSameScale = 1e-6f;
  if (!IsPerTensorQuantized(input) || !IsPerTensorQuantized(output) ||
      std::fabs(input->params.scale - output->params.scale) > kSameScale ||
      input->params.zero_point != output->params.zero_point) {
    return Unsupported(context, "input and output differ in quantization");
  }
  return QuantizedActivationRange(context, options.activation, output, &g->activation_min,
                                  &g->activation_max);
}

}  // namespace tflm
