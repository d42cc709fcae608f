// ARG_MAX and ARG_MIN: the first place of the extremum along an axis.
#include "kernels/operators.h"
#include "kernels/reference/axis.h"

namespace tflm::reference {
namespace {

struct ArgParameters {
  Axis axis;
};

template <typename T, bool kMax>
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Axis& axis = Parameters<ArgParameters>(node).axis;
  const auto* input = InputData<T>(context, node, 0);
  auto* output = OutputData<int32_t>(context, node, 0);
  for (int32_t outer = 0; outer < axis.outer; ++outer) {
    for (int32_t inner = 0; inner < axis.inner; ++inner) {
      T extremum = input[inner];
      int32_t place = 0;
      for (int32_t i = 1; i < axis.size; ++i) {
        const T value = input[i * axis.inner + inner];
        if (kMax ? value > extremum : value < extremum) {
          extremum = value;
          place = i;
        }
      }
      *output++ = place;
    }
    input += axis.size * axis.inner;
  }
  return kTfLiteOk;
}

template <bool kMax>
TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* index = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<ArgParameters>(context, node);
  if (input == nullptr || index == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  if (!SplitAtConstant(input, index, &p->axis)) {
    return Unsupported(context, "the axis is not a constant INT32 within the input's dimensions");
  }
  const bool known = input->type == kTfLiteInt8 || input->type == kTfLiteFloat32;
  if (!known || output->type != kTfLiteInt32 ||
      tflite::NumElements(output) != p->axis.outer * p->axis.inner) {
    return Unsupported(context, "types %s -> %s, or a size that does not follow from the axis",
                       TfLiteTypeGetName(input->type), TfLiteTypeGetName(output->type));
  }
  SelectInvoke(node, input->type == kTfLiteInt8 ? Invoke<int8_t, kMax> : Invoke<float, kMax>);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareArgMax(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<true>(context, node);
}

TfLiteStatus PrepareArgMin(TfLiteContext* context, TfLiteNode* node) {
  return Prepare<false>(context, node);
}

}  // namespace tflm::reference
