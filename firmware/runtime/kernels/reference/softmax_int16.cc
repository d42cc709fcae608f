#include "kernels/reference/softmax_int16.h"

#include <cmath>
#include <limits>

#include "kernels/quantization.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/lookup_table.h"

namespace tflm::reference {
namespace {

constexpr int32_t kHighest = std::numeric_limits<int16_t>::max();
constexpr int32_t kLowest = std::numeric_limits<int16_t>::min();
constexpr int32_t kRange = kHighest - kLowest;  // of int16, in steps
constexpr float kFarthest = 10.0f;              // exp(-10) is the least that is told from 0
constexpr float kStepsAUnit = 6553.5f;          // kRange / kFarthest

struct Int16Parameters {
  int32_t rows, depth;
  QuantizedMultiplier to_steps;  // from a difference of inputs
  int16_t exp[kTableValues];
  int16_t reciprocal[kTableValues];  // of 1 + x
};

int16_t Saturated(int32_t value) { return static_cast<int16_t>(Clamp(value, kLowest, kHighest)); }

float OneOverOnePlus(float x) { return 1.0f / (1.0f + x); }

void Int16Row(const Int16Parameters& p, const int16_t* input, int16_t* output) {
  int32_t max = kLowest;
  for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
  int32_t sum = 0;  // of the exponentials, which have 15 fractional bits
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t steps =
        MultiplyByQuantizedMultiplier(input[i] - max, p.to_steps.multiplier, p.to_steps.shift);
    output[i] = LookUp(Saturated(steps + kHighest), p.exp);
    sum += output[i];
  }
  // The sum as 2^n * (1 + x), x in [0, 1) with 16 fractional bits.
  const int headroom = __builtin_clz(static_cast<uint32_t>(sum));
  const int32_t mantissa =
      static_cast<int32_t>(((static_cast<int64_t>(sum) << (headroom - 1)) + (1 << 13)) >> 14);
  const int32_t reciprocal = LookUp(Saturated(mantissa - (1 << 16) - (1 << 15)), p.reciprocal);
  const int shift = 31 - headroom;
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t scaled = (output[i] * reciprocal + (1 << (shift - 1))) >> shift;
    output[i] = static_cast<int16_t>(Clamp(scaled, 0, kHighest));
  }
}

TfLiteStatus InvokeInt16(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int16Parameters>(node);
  const auto* input = InputData<int16_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  for (int32_t row = 0; row < p.rows; ++row) {
    Int16Row(p, input + row * p.depth, output + row * p.depth);
  }
  return kTfLiteOk;
}

bool IsUsable(const TfLiteTensor* input, const TfLiteTensor* output) {
  constexpr float kOutputScale = 1.0f / 32768.0f;
  constexpr float kTolerance = 0.001f * kOutputScale;
  return output->type == kTfLiteInt16 && IsPerTensorQuantized(input) &&
         IsPerTensorQuantized(output) && input->params.zero_point == 0 &&
         output->params.zero_point == 0 &&
         std::fabs(output->params.scale - kOutputScale) <= kTolerance;
}

}  // namespace

TfLiteStatus PrepareSoftmaxInt16(TfLiteContext* context, TfLiteNode* node,
                                 const TfLiteTensor* input, const TfLiteTensor* output,
                                 int32_t rows, int32_t depth) {
  if (!IsUsable(input, output)) {
    return Unsupported(context, "the output is not INT16 of 1/32768, or a zero point is not 0");
  }
  if (depth > kHighest) return Unsupported(context, "more than %d classes", int{kHighest});
  auto* p = AllocateParameters<Int16Parameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  const float beta = Options<TfLiteSoftmaxParams>(node).beta;
  const float steps = beta * kStepsAUnit;
  // The product must be exact: TFLM multiplies in double.
  if (!(beta > 0.0f) || std::fma(beta, kStepsAUnit, -steps) != 0.0f ||
      !QuantizeRatio(input->params.scale, steps, 1.0f, &p->to_steps)) {
    return Unsupported(context, "beta has too many digits, or is out of range");
  }
  p->rows = rows;
  p->depth = depth;
  constexpr float kExpStep = kFarthest / kRange;
  constexpr float kUnitStep = 1.0f / kRange;
  constexpr float kOutputStep = 2.0f / kRange;
  FillTable({kExpStep, kHighest}, {kOutputStep, 0}, ExpFloat, p->exp);
  FillTable({kUnitStep, kLowest}, {kOutputStep, 0}, OneOverOnePlus, p->reciprocal);
  SelectInvoke(node, InvokeInt16);
  return kTfLiteOk;
}

}  // namespace tflm::reference
