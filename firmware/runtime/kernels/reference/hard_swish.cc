// HARD_SWISH: x * relu6(x + 3) / 6; int8 in fixed point of 16 bits.
#include <algorithm>

#include "kernels/operators.h"
#include "kernels/reference/float_unary.h"

namespace tflm::reference {
namespace {

// A real number as multiplier * 2^(exponent - 15).
struct ShortMultiplier {
  int16_t multiplier;
  int32_t exponent;
};

struct Int8Parameters {
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  ShortMultiplier output;  // of an input times 2^kInputBits
  ShortMultiplier relu;    // of the same, so that 3 becomes 1
};

constexpr int kInputBits = 7;
constexpr int kFractionalBits = 15;

int16_t Saturated(int64_t value) {
  return static_cast<int16_t>(
      std::min<int64_t>(std::max<int64_t>(value, std::numeric_limits<int16_t>::min()),
                        std::numeric_limits<int16_t>::max()));
}

// a * b / 2^15, rounded to nearest. No saturation: a multiplier is not negative.
int16_t MultiplyRounded(int16_t a, int16_t multiplier) {
  return static_cast<int16_t>((a * multiplier + (1 << (kFractionalBits - 1))) >> kFractionalBits);
}

// x / 2^exponent as gemmlowp rounds 16 bits: beyond 15 the mask of what is cut off has no more bits
// to grow by.
int16_t DivideByPower(int16_t x, int exponent) {
  const int16_t mask = static_cast<int16_t>((int64_t{1} << exponent) - 1);
  const int16_t remainder = static_cast<int16_t>(x & mask);
  const int16_t threshold = static_cast<int16_t>((mask >> 1) + (x < 0 ? 1 : 0));
  return static_cast<int16_t>((x >> exponent) + (remainder > threshold ? 1 : 0));
}

// (x / 3 + 1) / 2 from -3 to 3, saturated beyond, 15 fractional bits.
int16_t Gate(int16_t x, const ShortMultiplier& m) {
  // The last doubling comes after the multiplication: what saturates before does so after, too.
  if (m.exponent > 0) x = Saturated(int64_t{x} * (int64_t{1} << (m.exponent - 1)));
  x = MultiplyRounded(x, m.multiplier);
  if (m.exponent > 0) x = Saturated(int64_t{x} * 2);
  if (m.exponent < 0) x = DivideByPower(x, -m.exponent);
  return static_cast<int16_t>((x + (1 << kFractionalBits)) >> 1);
}

TfLiteStatus InvokeInt8(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<Int8Parameters>(node);
  const auto* input = InputData<int8_t>(context, node, 0);
  auto* output = OutputData<int8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const auto x = static_cast<int16_t>((input[i] - p.input_zero_point) * (1 << kInputBits));
    const int16_t linear = MultiplyRounded(x, p.output.multiplier);
    // Towards 0: TFLM does not round here.
    const auto gated = static_cast<int16_t>(Gate(x, p.relu) * linear / (1 << kFractionalBits));
    const auto scaled =
        static_cast<int16_t>(DivideByPower(gated, -p.output.exponent) + p.output_zero_point);
    output[i] = static_cast<int8_t>(
        Clamp(scaled, std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()));
  }
  return kTfLiteOk;
}

float HardSwishFloat(float x) { return x * std::min(6.0f, std::max(0.0f, x + 3.0f)) / 6.0f; }

// False when `real` is not a number that fits.
bool Shorten(float real, ShortMultiplier* result) {
  QuantizedMultiplier m;
  if (!(real <= std::numeric_limits<float>::max()) || !QuantizeRatio(real, 1.0f, 1.0f, &m)) {
    return false;
  }
  constexpr int32_t kHalf = 1 << 15;
  const bool saturates = m.multiplier >= std::numeric_limits<int32_t>::max() - kHalf;
  const int32_t shortened =
      saturates ? std::numeric_limits<int16_t>::max() : (m.multiplier + kHalf) >> 16;
  *result = {static_cast<int16_t>(shortened), m.shift};
  return true;
}

TfLiteStatus PrepareInt8(TfLiteContext* context, TfLiteNode* node, const Single& tensors) {
  if (!IsPerTensorQuantized(tensors.input) || !IsPerTensorQuantized(tensors.output)) {
    return Unsupported(context, "input or output has no usable quantization");
  }
  auto* p = AllocateParameters<Int8Parameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  constexpr float kThree = 3.0f / 32768.0f;
  const float input_scale = 1.0f / (1 << kInputBits) * tensors.input->params.scale;
  if (!Shorten(input_scale / tensors.output->params.scale, &p->output) ||
      !Shorten(input_scale / kThree, &p->relu) || p->output.exponent > 0) {
    return Unsupported(context, "the scales do not fit");
  }
  p->count = tensors.count;
  p->input_zero_point = tensors.input->params.zero_point;
  p->output_zero_point = tensors.output->params.zero_point;
  SelectInvoke(node, InvokeInt8);
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareHardSwish(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteFloat32};
  Single tensors;
  TF_LITE_ENSURE_STATUS(DescribeSingle(context, node, kTypes, &tensors));
  if (tensors.input->type == kTfLiteInt8) return PrepareInt8(context, node, tensors);
  return PrepareFloatUnary(context, node, tensors, InvokeFloatUnary<HardSwishFloat>);
}

}  // namespace tflm::reference
