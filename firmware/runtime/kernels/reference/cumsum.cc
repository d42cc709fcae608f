#include "kernels/operators.h"
#include "kernels/reference/axis.h"
#include "kernels/reference/many_sums.h"

namespace tflm::reference {
namespace {

struct CumsumParameters {
  Axis axis;
  bool exclusive, reverse;
  SumScale scale;  // int8
};

// Calls sum(first element, elements to the next) for each line along the axis, from the end that
// the sums begin at.
template <typename Line>
void ForEachLine(const CumsumParameters& p, Line line) {
  const int32_t step = p.reverse ? -p.axis.inner : p.axis.inner;
  const int32_t first = p.reverse ? (p.axis.size - 1) * p.axis.inner : 0;
  for (int32_t outer = 0; outer < p.axis.outer; ++outer) {
    for (int32_t inner = 0; inner < p.axis.inner; ++inner) {
      line(outer * p.axis.size * p.axis.inner + first + inner, step);
    }
  }
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<CumsumParameters>(node);
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  ForEachLine(p, [&](int32_t at, int32_t step) {
    float sum = 0.0f;
    for (int32_t i = 0; i < p.axis.size; ++i, at += step) {
      const float before = sum;
      sum += input[at];
      output[at] = p.exclusive ? before : sum;
    }
  });
  return kTfLiteOk;
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<CumsumParameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  ForEachLine(p, [&](int32_t at, int32_t step) {
    int32_t sum = EmptySum(p.scale);
    for (int32_t i = 0; i < p.axis.size; ++i, at += step) {
      const int32_t before = sum;
      sum += Summand(p.scale, input[at]);
      output[at] = RoundedSum(p.scale, p.exclusive ? before : sum);
    }
  });
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareCumSum(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* index = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<CumsumParameters>(context, node);
  if (input == nullptr || index == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  if (!SplitAtConstant(input, index, &p->axis)) {
    return Unsupported(context, "the axis is not a constant INT32 within the input's dimensions");
  }
  if (input->type != output->type || !tflite::HaveSameShapes(input, output)) {
    return Unsupported(context, "input and output differ in type or shape");
  }
  const auto& options = Options<TfLiteCumsumParams>(node);
  p->exclusive = options.exclusive;
  p->reverse = options.reverse;
  if (input->type == kTfLiteInt8) {
    SelectInvoke(node, InvokeInt8);
    return FindSumScale(input, output, &p->scale) ? kTfLiteOk
                                                  : Unsupported(context, "the scales do not fit");
  }
  SelectInvoke(node, InvokeFloat);
  return input->type == kTfLiteFloat32
             ? kTfLiteOk
             : Unsupported(context, "type %s", TfLiteTypeGetName(input->type));
}

}  // namespace tflm::reference
