#include "kernels/reference/sigmoid.h"

#include <cmath>
#include <limits>

#include "kernels/reference/exp.h"

namespace tflm::reference {
namespace {

// 2^16 / (1 + exp(-i / 24)), as TFLM has it: up to 1.1 above the exact value.
constexpr uint16_t kSigmoid[] = {
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794,
    41432, 42064, 42688, 43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443,
    48964, 49475, 49975, 50464, 50942, 51409, 51865, 52311, 52745, 53169, 53581, 53983, 54374,
    54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433, 57724, 58007, 58280, 58544,
    58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110, 61279,
    61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990,
    63090, 63186, 63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030,
    64090, 64148, 64204, 64257, 64308, 64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652,
    64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900, 64926, 64950, 64974, 64997, 65019,
    65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208, 65221, 65234,
    65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360,
    65367, 65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433,
    65438, 65442, 65445, 65449, 65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476,
    65479, 65481, 65483, 65485, 65488, 65489, 65491, 65493, 65495, 65497, 65498, 65500, 65501,
    65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513, 65514, 65515, 65516,
    65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529,
    65529, 65530, 65530, 65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532,
    65532, 65532, 65532, 65533, 65533, 65533, 65533, 65533, 65533, 65533, 65533, 65534, 65534,
    65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535,
};
constexpr int kLastInterval = 255;  // from here on the result is saturated

int32_t ToTableScale(int16_t x, const TableScale& scale) {
  const int32_t half = scale.right_shift > 0 ? 1 << (scale.right_shift - 1) : 0;
  return (x * scale.multiplier + half) >> scale.right_shift;
}

// The table at |x| / 2^step_bits, with step_bits more fractional bits.
uint32_t Interpolate(uint32_t magnitude, int step_bits, uint32_t saturated) {
  const uint32_t index = magnitude >> step_bits;
  if (index >= kLastInterval) return saturated;
  const uint32_t fraction = magnitude & ((1u << step_bits) - 1);
  const uint32_t lower = kSigmoid[index];
  return (lower << step_bits) + fraction * (kSigmoid[index + 1] - lower);
}

}  // namespace

bool FindTableScale(float scale, TableScale* result) {
  // scale * 3 * 2^12 as significand * 2^exponent, the significand an integer below 2^26.
  int exponent;
  const float fraction = std::frexp(scale, &exponent);
  constexpr int kBits = 24;  // of a float's significand
  const int32_t significand = 3 * static_cast<int32_t>(fraction * (1 << kBits));
  exponent += 12 - kBits;
  // TFLM doubles, up to 31 times, until the multiplier exceeds 2^14 - 1/2.
  constexpr int kMostDoublings = 31;
  const int dropped = 2 * significand > 32767 * (1 << 11) ? 11 : 10;
  const int doublings = -exponent - dropped;
  if (doublings < 0) return false;
  if (doublings <= kMostDoublings) {
    *result = {significand >> dropped, doublings};
    return true;
  }
  const int more = doublings - kMostDoublings;
  *result = {more + dropped > 31 ? 0 : significand >> (dropped + more), kMostDoublings};
  return true;
}

bool IsNearPowerOfTwo(float value, int* exponent) {
  constexpr float kLargestRatio = 1.00069339f;  // 2^0.001
  const float fraction = std::frexp(value, exponent);
  // The fraction is in [1/2, 1).
  if (2.0f * fraction < kLargestRatio) {
    --*exponent;
    return true;
  }
  return fraction * kLargestRatio > 1.0f;
}

int RoundedLog2(float value) {
  constexpr float kSquareRootOfHalf = 0.70710678f;
  int exponent;
  return std::frexp(value, &exponent) < kSquareRootOfHalf ? exponent - 1 : exponent;
}

int16_t LogisticInt16(int16_t x, const TableScale& scale) {
  constexpr int kStepBits = 9;
  constexpr uint32_t kOne = 1u << (16 + kStepBits);
  constexpr uint32_t kHalf = 1u << 9;  // of what is dropped
  const int32_t scaled = ToTableScale(x, scale);
  const uint32_t magnitude = static_cast<uint32_t>(scaled < 0 ? -scaled : scaled);
  const uint32_t sigmoid = Interpolate(magnitude, kStepBits, 0x7fff << 10);
  const uint32_t result = scaled >= 0 ? sigmoid + kHalf : kOne - sigmoid + kHalf - 1;
  return static_cast<int16_t>(result >> 10);
}

int16_t TanhInt16(int16_t x, const TableScale& scale) {
  // tanh(x) = 2 sigmoid(2 x) - 1: half the step, and one half of the table's unit less.
  constexpr int kStepBits = 8;
  constexpr int32_t kOneHalf = 1 << (15 + kStepBits);
  constexpr int32_t kHalf = 1 << 7;  // of what is dropped
  const int32_t scaled = ToTableScale(x, scale);
  const uint32_t magnitude = static_cast<uint32_t>(scaled < 0 ? -scaled : scaled);
  const int32_t sigmoid = static_cast<int32_t>(Interpolate(magnitude, kStepBits, 0xffff << 8));
  const int32_t result = scaled >= 0 ? sigmoid - kOneHalf + kHalf : kOneHalf - sigmoid + kHalf - 1;
  return static_cast<int16_t>(result >> 8);
}

int32_t LogisticQ27(int32_t x) {
  constexpr int32_t kOneHalf = 1 << 30;
  if (x == 0) return kOneHalf;
  const int32_t positive = OneOverOnePlusX(ExpOnNegativeValues<4>(x > 0 ? -x : x));
  return x > 0 ? positive : std::numeric_limits<int32_t>::max() - positive;
}

int32_t TanhQ27(int32_t x) {
  if (x == 0) return 0;
  // exp(-2 |x|): the same bits with one integer bit more.
  const int32_t magnitude = OneMinusXOverOnePlusX(ExpOnNegativeValues<5>(x > 0 ? -x : x));
  return x > 0 ? magnitude : -magnitude;
}

}  // namespace tflm::reference
