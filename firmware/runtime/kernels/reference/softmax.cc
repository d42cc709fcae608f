#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/softmax_int16.h"

namespace tflm::reference {
namespace {

struct Int8Parameters {
  int32_t rows, depth;
  int32_t multiplier, left_shift;  // from a difference of inputs to Q5.26
  int32_t diff_min;                // exp of anything smaller counts as 0
};

struct FloatParameters {
  int32_t rows, depth;
  float beta;
};

constexpr int kDiffIntegerBits = 5;
constexpr int kSumIntegerBits = 12;

// exp of beta * scale * diff, diff <= 0, 31 fractional bits.
int32_t ExpOfDifference(int32_t diff, const Int8Parameters& p) {
  return ExpOnNegativeValues<kDiffIntegerBits>(
      SaturatingRoundingDoublingHighMul(diff * (1 << p.left_shift), p.multiplier));
}

void Int8Row(const Int8Parameters& p, const int8_t* input, int8_t* output) {
  int32_t max = std::numeric_limits<int8_t>::min();
  for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
  int32_t sum = 0;
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t diff = input[i] - max;
    if (diff >= p.diff_min) sum += RoundingDivideByPOT(ExpOfDifference(diff, p), kSumIntegerBits);
  }
  // 1 / sum as a mantissa in (1/2, 1] and bits above the unit.
  const int headroom = __builtin_clz(static_cast<uint32_t>(sum));
  const int bits_over_unit = kSumIntegerBits - headroom;
  const int32_t reciprocal = OneOverOnePlusX(
      static_cast<int32_t>((static_cast<uint32_t>(sum) << headroom) - (uint32_t{1} << 31)));
  const int exponent = bits_over_unit + 31 - 8;  // int8 has 8 bits
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t diff = input[i] - max;
    int32_t value = std::numeric_limits<int8_t>::min();
    if (diff >= p.diff_min) {
      value += RoundingDivideByPOT(
          SaturatingRoundingDoublingHighMul(reciprocal, ExpOfDifference(diff, p)), exponent);
    }
    output[i] = static_cast<int8_t>(
        Clamp(value, std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()));
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
    for (int32_t i = 0; i < p.depth; ++i) {
      output[i] = ExpFloat((input[i] - max) * p.beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < p.depth; ++i) output[i] /= sum;
    input += p.depth;
    output += p.depth;
  }
  return kTfLiteOk;
}

struct Tensors {
  const TfLiteTensor* input;
  const TfLiteTensor* output;
  int32_t rows, depth;
};

TfLiteStatus Describe(TfLiteContext* context, const TfLiteNode* node, Tensors* tensors) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  tensors->input = PrepareInput(context, node, 0);
  tensors->output = PrepareOutput(context, node, 0);
  if (tensors->input == nullptr || tensors->output == nullptr) return kTfLiteError;
  const TfLiteIntArray* dims = tensors->input->dims;
  if (dims->size < 1 || !tflite::HaveSameShapes(tensors->input, tensors->output)) {
    return Unsupported(context, "input and output differ in shape");
  }
  tensors->depth = dims->data[dims->size - 1];
  tensors->rows = static_cast<int32_t>(tflite::NumElements(tensors->input)) / tensors->depth;
  tflite::GetMicroContext(context)->AllowInPlace(node, 0, 0);
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const Tensors& tensors) {
  if (tensors.input->type != kTfLiteInt8 || tensors.output->type != kTfLiteInt8) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(tensors.input->type),
                       TfLiteTypeGetName(tensors.output->type));
  }
  // Probabilities in steps of 1/256.
  if (!IsPerTensorQuantized(tensors.input) || tensors.output->params.scale != 1.0f / 256.0f ||
      tensors.output->params.zero_point != std::numeric_limits<int8_t>::min()) {
    return Unsupported(context, "output scale is not 1/256 with zero point -128");
  }
  // The sum of the exponentials has 12 integer bits: beyond that it could overflow.
  if (tensors.depth >= 1 << (kSumIntegerBits - 1)) {
    return Unsupported(context, "more than 2047 classes");
  }
  auto* p = AllocatePersistent<Int8Parameters>(context);
  if (p == nullptr) return kTfLiteError;
  p->rows = tensors.rows;
  p->depth = tensors.depth;
  // As TFLM's PreprocessSoftmaxScaling and CalculateInputRadius: beta * scale * 2^26, at most
  // 2^31 - 1.
  constexpr int kFractionalBits = 31 - kDiffIntegerBits;
  constexpr QuantizedMultiplier kLargest = {std::numeric_limits<int32_t>::max(), 31};
  const float beta = Options<TfLiteSoftmaxParams>(node).beta;
  if (!(beta > 0.0f && beta <= std::numeric_limits<float>::max())) {
    return Unsupported(context, "beta is not positive");
  }
  QuantizedMultiplier quantized;
  const bool fits = QuantizeRatio(beta, tensors.input->params.scale, 1.0f, &quantized);
  quantized.shift += kFractionalBits;
  if (!fits || quantized.shift > kLargest.shift) quantized = kLargest;
  if (quantized.multiplier == 0 || quantized.shift < 0) {
    return Unsupported(context, "beta times input scale is too small");
  }
  p->multiplier = quantized.multiplier;
  p->left_shift = quantized.shift;
  const int64_t radius = (int64_t{(1 << kDiffIntegerBits) - 1} << kFractionalBits) >> p->left_shift;
  p->diff_min = -static_cast<int32_t>(radius);
  node->user_data = p;
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

TfLiteStatus PrepareFloat(TfLiteContext* context, TfLiteNode* node, const Tensors& tensors) {
  if (tensors.output->type != kTfLiteFloat32) {
    return Unsupported(context, "types FLOAT32 -> %s", TfLiteTypeGetName(tensors.output->type));
  }
  auto* p = AllocatePersistent<FloatParameters>(context);
  if (p == nullptr) return kTfLiteError;
  *p = {tensors.rows, tensors.depth, Options<TfLiteSoftmaxParams>(node).beta};
  node->user_data = p;
  SelectInvoke(node, InvokeFloat);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareSoftmax(TfLiteContext* context, TfLiteNode* node) {
  Tensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  if (tensors.input->type == kTfLiteFloat32) return PrepareFloat(context, node, tensors);
  if (tensors.input->type == kTfLiteInt16) {
    return PrepareSoftmaxInt16(context, node, tensors.input, tensors.output, tensors.rows,
                               tensors.depth);
  }
  return PrepareInt8(context, node, tensors);
}

TfLiteStatus PrepareSoftmaxInt8(TfLiteContext* context, TfLiteNode* node) {
  Tensors tensors;
  TF_LITE_ENSURE_STATUS(Describe(context, node, &tensors));
  return PrepareInt8(context, node, tensors);
}

}  // namespace tflm::reference
