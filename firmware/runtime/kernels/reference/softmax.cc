#include <cmath>

#include "kernels/operators.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/softmax_int16.h"
#include "kernels/reference/softmax_scale.h"

namespace tflm::reference {
namespace {

struct Int8Parameters {
  int32_t rows, depth;
  SoftmaxScale scale;
};

struct FloatParameters {
  int32_t rows, depth;
  float beta;
};

// exp of beta * scale * diff, diff <= 0, 31 fractional bits.
int32_t ExpOfDifference(int32_t diff, const SoftmaxScale& scale) {
  return ExpOnNegativeValues<kSoftmaxIntegerBits>(
      SaturatingRoundingDoublingHighMul(diff * (1 << scale.left_shift), scale.multiplier));
}

// The probabilities are in steps of 1/256 or 1/65536.
template <typename T>
void Int8Row(const Int8Parameters& p, const int8_t* input, T* output) {
  int32_t max = std::numeric_limits<int8_t>::min();
  for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
  int32_t sum = 0;
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t diff = input[i] - max;
    if (diff < p.scale.diff_min) continue;
    sum += RoundingDivideByPOT(ExpOfDifference(diff, p.scale), kSoftmaxSumIntegerBits);
  }
  // 1 / sum as a mantissa in (1/2, 1] and bits above the unit.
  const int headroom = __builtin_clz(static_cast<uint32_t>(sum));
  const int bits_over_unit = kSoftmaxSumIntegerBits - headroom;
  const int32_t reciprocal = OneOverOnePlusX(
      static_cast<int32_t>((static_cast<uint32_t>(sum) << headroom) - (uint32_t{1} << 31)));
  constexpr int32_t kLowest = std::numeric_limits<T>::min();
  const int exponent = bits_over_unit + 31 - 8 * static_cast<int>(sizeof(T));
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t diff = input[i] - max;
    int32_t value = kLowest;
    if (diff >= p.scale.diff_min) {
      value += RoundingDivideByPOT(
          SaturatingRoundingDoublingHighMul(reciprocal, ExpOfDifference(diff, p.scale)), exponent);
    }
    output[i] = static_cast<T>(Clamp(value, kLowest, std::numeric_limits<T>::max()));
  }
}

template <typename T>
TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<T>(context, node, 0);
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

// Whether the output's steps are those that its values have.
bool GivesProbabilities(const TfLiteTensor* output) {
  constexpr float kWideScale = 1.0f / 65536.0f;
  constexpr float kTolerance = 0.001f * kWideScale;  // TFLM's
  const TfLiteQuantizationParams& q = output->params;
  if (output->type == kTfLiteInt8) {
    return q.scale == 1.0f / 256.0f && q.zero_point == std::numeric_limits<int8_t>::min();
  }
  return std::fabs(q.scale - kWideScale) <= kTolerance &&
         q.zero_point == std::numeric_limits<int16_t>::min();
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const Tensors& tensors) {
  const TfLiteType type = tensors.output->type;
  if (tensors.input->type != kTfLiteInt8 || (type != kTfLiteInt8 && type != kTfLiteInt16)) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(tensors.input->type),
                       TfLiteTypeGetName(type));
  }
  if (!IsPerTensorQuantized(tensors.input) || !GivesProbabilities(tensors.output)) {
    return Unsupported(context,
                       "output scale is not 1/256 with zero point -128, or 1/65536 with "
                       "-32768");
  }
  if (tensors.depth > kMostSoftmaxClasses) return Unsupported(context, "more than 2047 classes");
  auto* p = AllocatePersistent<Int8Parameters>(context);
  if (p == nullptr) return kTfLiteError;
  p->rows = tensors.rows;
  p->depth = tensors.depth;
  const float beta = Options<TfLiteSoftmaxParams>(node).beta;
  if (!(beta > 0.0f && beta <= std::numeric_limits<float>::max())) {
    return Unsupported(context, "beta is not positive");
  }
  if (!FindSoftmaxScale(beta, tensors.input->params.scale, &p->scale)) {
    return Unsupported(context, "beta times input scale is too small");
  }
  node->user_data = p;
  SelectInvoke(node, type == kTfLiteInt8 ? InvokeInt8<int8_t> : InvokeInt8<int16_t>);
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
