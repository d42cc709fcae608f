// LOGISTIC and TANH.
#include "kernels/operators.h"
#include "kernels/reference/exp.h"
#include "kernels/reference/sigmoid.h"

namespace tflm::reference {
namespace {

struct Int8Parameters {
  int32_t count;
  int32_t zero_point;
  int32_t radius;  // at this distance from the zero point and beyond the output is saturated
  QuantizedMultiplier multiplier;  // to 27 fractional bits
};

struct Int16Parameters {
  int32_t count;
  TableScale scale;
};

struct FloatParameters {
  int32_t count;
};

// Integer bits of the input's fixed-point form.
constexpr int kInt8IntegerBits = 4;
constexpr int kInt16IntegerBits = 3;
constexpr int kInt16OutputFractionalBits = 15;

struct Logistic {
  static int8_t Int8(int32_t x) {
    constexpr int kOutputBits = 8;  // in steps of 1/256, from -128 on
    return Saturated(RoundingDivideByPOT(LogisticQ27(x), 31 - kOutputBits) - 128);
  }
  static int16_t Int16(int16_t x, const TableScale& scale) { return LogisticInt16(x, scale); }
  static float Float(float x) { return LogisticFloat(x); }
  static int8_t Saturated(int32_t x) {
    return static_cast<int8_t>(
        Clamp(x, std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()));
  }
  // Of int16 inputs whose scale is a power of two: how much may exceed 12 fractional bits.
  static constexpr int kMostLeftShift = 0;
};

struct Tanh {
  static int8_t Int8(int32_t x) {
    constexpr int kOutputBits = 7;  // in steps of 1/128
    return Logistic::Saturated(RoundingDivideByPOT(TanhQ27(x), 31 - kOutputBits));
  }
  static int16_t Int16(int16_t x, const TableScale& scale) { return TanhInt16(x, scale); }
  static float Float(float x) { return TanhFloat(x); }
  static constexpr int kMostLeftShift = 1;
};

template <typename Function>
TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t x = input[i] - p.zero_point;
    if (x <= -p.radius) {
      output[i] = std::numeric_limits<int8_t>::min();
    } else if (x >= p.radius) {
      output[i] = std::numeric_limits<int8_t>::max();
    } else {
      output[i] = Function::Int8(
          MultiplyByQuantizedMultiplier(x, p.multiplier.multiplier, p.multiplier.shift));
    }
  }
  return kTfLiteOk;
}

template <typename Function>
TfLiteStatus InvokeInt16(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int16Parameters>(node);
  const auto* input = InputData<int16_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) output[i] = Function::Int16(input[i], p.scale);
  return kTfLiteOk;
}

template <typename Function>
TfLiteStatus InvokeFloat(TfLiteContext* context, TfLiteNode* node) {
  const int32_t count = Parameters<FloatParameters>(node).count;
  const auto* input = InputData<float>(context, node, 0);
  auto* output = OutputData<float>(context, node, 0);
  for (int32_t i = 0; i < count; ++i) output[i] = Function::Float(input[i]);
  return kTfLiteOk;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, const Single& tensors, Int8Parameters* p) {
  constexpr int kFractionalBits = 31 - kInt8IntegerBits;
  constexpr float kUnit = 1 << kFractionalBits;
  if (!QuantizeRatio(tensors.input->params.scale, kUnit, 1.0f, &p->multiplier) ||
      p->multiplier.multiplier == 0 || p->multiplier.shift < 0) {
    return Unsupported(context, "the input's scale does not fit");
  }
  constexpr int64_t kLargest = int64_t{(1 << kInt8IntegerBits) - 1} << kFractionalBits;
  p->radius = static_cast<int32_t>(kLargest >> p->multiplier.shift);
  p->count = tensors.count;
  p->zero_point = tensors.input->params.zero_point;
  return kTfLiteOk;
}

template <typename Function>
TfLiteStatus PrepareInt16(TfLiteContext* context, const Single& tensors, Int16Parameters* p) {
  p->count = tensors.count;
  if (tensors.input->params.zero_point != 0 || tensors.output->params.zero_point != 0) {
    return Unsupported(context, "a zero point of INT16 is not 0");
  }
  int exponent;
  if (!IsNearPowerOfTwo(tensors.output->params.scale, &exponent) ||
      exponent != -kInt16OutputFractionalBits) {
    return Unsupported(context, "the output's scale is not 1/32768");
  }
  const bool near = IsNearPowerOfTwo(tensors.input->params.scale, &exponent);
  const int left_shift = 15 - kInt16IntegerBits + exponent;
  if (near && left_shift >= 0 && left_shift <= Function::kMostLeftShift) {
    p->scale = PowerOfTwoScale(left_shift);
    return kTfLiteOk;
  }
  if (!FindTableScale(tensors.input->params.scale, &p->scale)) {
    return Unsupported(context, "the input's scale is too large");
  }
  return kTfLiteOk;
}

template <typename Function>
TfLiteStatus PrepareByType(TfLiteContext* context, TfLiteNode* node, const Single& tensors) {
  if (tensors.input->type == kTfLiteFloat32) {
    auto* p = AllocateParameters<FloatParameters>(context, node);
    if (p == nullptr) return kTfLiteError;
    p->count = tensors.count;
    SelectInvoke(node, InvokeFloat<Function>);
    return kTfLiteOk;
  }
  if (!IsPerTensorQuantized(tensors.input) || !IsPerTensorQuantized(tensors.output)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  if (tensors.input->type == kTfLiteInt16) {
    auto* p = AllocateParameters<Int16Parameters>(context, node);
    if (p == nullptr) return kTfLiteError;
    SelectInvoke(node, InvokeInt16<Function>);
    return PrepareInt16<Function>(context, tensors, p);
  }
  auto* p = AllocateParameters<Int8Parameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  SelectInvoke(node, InvokeInt8<Function>);
  return PrepareInt8(context, tensors, p);
}

constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};

}  // namespace

// The int8 output's scale is taken to be 1/256, as TFLM does.
TfLiteStatus PrepareLogistic(TfLiteContext* context, TfLiteNode* node) {
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  if (tensors.output->type == kTfLiteInt8 && tensors.output->params.zero_point != -128) {
    return Unsupported(context, "the output's zero point is not -128");
  }
  return PrepareByType<Logistic>(context, node, tensors);
}

// The int8 output's scale is taken to be 1/128 and its zero point 0, as TFLM does.
TfLiteStatus PrepareTanh(TfLiteContext* context, TfLiteNode* node) {
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  return PrepareByType<Tanh>(context, node, tensors);
}

}  // namespace tflm::reference
