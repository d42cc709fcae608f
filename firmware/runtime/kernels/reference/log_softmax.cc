#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/axis.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/float_functions.h"
#include "kernels/reference/log.h"
#include "kernels/reference/softmax_scale.h"

namespace tflm::reference {
namespace {

struct FloatParameters {
  int32_t rows, depth;
};

struct Int8Parameters {
  int32_t rows, depth;
  SoftmaxScale scale;
  QuantizedMultiplier to_input;  // from 26 fractional bits to a difference of inputs
};

// The outputs are in steps of 1/16 below 127.
constexpr int kOutputIntegerBits = 4;
constexpr float kOutputScale = 1.0f / 16.0f;
constexpr int32_t kOutputZeroPoint = std::numeric_limits<int8_t>::max();

int32_t Difference(int32_t diff, const SoftmaxScale& scale) {
  return MultiplyByQuantizedMultiplier(diff, scale.multiplier, scale.left_shift);
}

void Int8Row(const Int8Parameters& p, const int8_t* input, int8_t* output) {
  constexpr int32_t kLowest = std::numeric_limits<int8_t>::min();
  int32_t max = kLowest;
  for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
  int32_t sum = 0;
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t diff = input[i] - max;
    if (diff < p.scale.diff_min) continue;
    const int32_t power = ExpOnNegativeValues<kSoftmaxIntegerBits>(Difference(diff, p.scale));
    sum += RoundingDivideByPOT(power, kSoftmaxSumIntegerBits);
  }
  const int32_t log_of_sum = LogOfSum(sum);
  // The smallest difference of which the logarithm of the sum can be taken.
  const int32_t representable = MultiplyByQuantizedMultiplier(
      log_of_sum + std::numeric_limits<int32_t>::min(), p.to_input.multiplier, p.to_input.shift);
  const int32_t least = p.scale.diff_min - 1 > representable ? p.scale.diff_min - 1 : representable;
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t diff = input[i] - max;
    int32_t value = kLowest;
    if (diff > least) {
      value = kOutputZeroPoint + RoundingDivideByPOT(Difference(diff, p.scale) - log_of_sum,
                                                     31 - kSoftmaxIntegerBits - kOutputIntegerBits);
    }
    output[i] = static_cast<int8_t>(Clamp(value, kLowest, kOutputZeroPoint));
  }
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t row = 0; row < p.rows; ++row) {
    Int8Row(p, input + row * p.depth, output + row * p.depth);
  }
  return kTfLiteOk;
}

TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<FloatParameters>(node);
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t row = 0; row < p.rows; ++row) {
    float max = std::numeric_limits<float>::lowest();
    for (int32_t i = 0; i < p.depth; ++i) max = max < input[i] ? input[i] : max;
    float sum = 0.0f;
    for (int32_t i = 0; i < p.depth; ++i) sum += ExpFloat(input[i] - max);
    const float log_of_sum = LogFloat(sum);
    for (int32_t i = 0; i < p.depth; ++i) output[i] = input[i] - max - log_of_sum;
    input += p.depth;
    output += p.depth;
  }
  return kTfLiteOk;
}

// The multiplier of 2^(31 - left_shift) / multiplier; false when TFLM ends the program: it must be
// below 1.
bool Invert(const SoftmaxScale& scale, QuantizedMultiplier* inverse) {
  constexpr double kOne = 2147483648.0;  // 2^31
  if (scale.left_shift < 1) return false;
  const double power = static_cast<double>(int64_t{1} << (31 - scale.left_shift));
  int shift;
  const double fraction = std::frexp(power / static_cast<double>(scale.multiplier), &shift);
  int64_t multiplier = static_cast<int64_t>(std::floor(fraction * kOne + 0.5));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++shift;
  }
  *inverse = {static_cast<int32_t>(multiplier), shift};
  if (shift < -31) *inverse = {0, 0};
  return shift <= 0;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const Single& tensors,
                         const Axis& last) {
  if (!IsPerTensorQuantized(tensors.input) || tensors.output->params.scale != kOutputScale ||
      tensors.output->params.zero_point != kOutputZeroPoint) {
    return Unsupported(context, "output scale is not 1/16 with zero point 127");
  }
  if (last.size > kMostSoftmaxClasses) return Unsupported(context, "more than 2047 classes");
  auto* p = AllocateParameters<Int8Parameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  p->rows = last.outer;
  p->depth = last.size;
  if (!FindSoftmaxScale(1.0f, tensors.input->params.scale, &p->scale) ||
      !Invert(p->scale, &p->to_input)) {
    return Unsupported(context, "the input scale is too small");
  }
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareLogSoftmax(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteFloat32};
  Single tensors;
  Axis last;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  if (!SplitAt(tensors.input, -1, &last) ||
      !tflite::HaveSameShapes(tensors.input, tensors.output)) {
    return Unsupported(context, "input and output differ in shape");
  }
  if (tensors.input->type == kTfLiteInt8) return PrepareInt8(context, node, tensors, last);
  auto* p = AllocateParameters<FloatParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  *p = {last.outer, last.size};
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

}  // namespace tflm::reference
