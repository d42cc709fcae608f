// SignalFilterBankLog: natural logarithms in fixed point.
#include <array>

#include "kernels/custom_options.h"
#include "kernels/operators.h"
#include "kernels/signal/bits.h"
#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

constexpr int kPointBits = 16;        // after the point of logarithms
constexpr uint32_t kHalf = 1u << 15;  // for rounding
constexpr uint32_t kLn2 = 45426;      // ln 2 with 16 bits after the point
constexpr int kSegmentBits = 7;
constexpr int kSegments = 1 << kSegmentBits;

// log2(1 + segment / 128) - segment / 128 with 16 bits after the point: bit by bit, since each
// squaring doubles the logarithm.
constexpr uint16_t Excess(int segment) {
  constexpr int kBits = 31;
  uint64_t x = uint64_t{kSegments + static_cast<unsigned>(segment)} << (kBits - kSegmentBits);
  uint64_t log = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    x = x * x >> kBits;
    log <<= 1;
    if (x >> (kBits + 1) != 0) {
      x >>= 1;
      ++log;
    }
  }
  log -= static_cast<uint64_t>(segment) << (kBits - kSegmentBits);
  return static_cast<uint16_t>((log + (1u << (kBits - kPointBits - 1))) >> (kBits - kPointBits));
}

constexpr std::array<uint16_t, kSegments + 1> MakeExcesses() {
  std::array<uint16_t, kSegments + 1> table = {};
  for (int segment = 0; segment < kSegments; ++segment) table[segment] = Excess(segment);
  return table;
}

constexpr std::array<uint16_t, kSegments + 1> kExcesses = MakeExcesses();

// ln(x) * scale, rounded; x > 1. The product wraps at 32 bits, as in TFLM.
uint32_t ScaledLogarithm(uint32_t x, uint32_t scale) {
  constexpr int kBelowSegment = kPointBits - kSegmentBits;
  const int whole = BitLength(x) - 1;
  const uint32_t above = x - (1u << whole);
  const uint32_t fraction =
      whole < kPointBits ? above << (kPointBits - whole) : above >> (whole - kPointBits);
  const uint32_t segment = fraction >> kBelowSegment;
  const int32_t into = static_cast<int32_t>(fraction & ((1u << kBelowSegment) - 1));
  const int32_t left = kExcesses[segment];
  // TFLM's table is that coarse: it divides by 2^16 and not by a segment's width.
  const int32_t between = (kExcesses[segment + 1] - left) * into >> kPointBits;
  const uint32_t log2 = (static_cast<uint32_t>(whole) << kPointBits) + fraction +
                        static_cast<uint32_t>(left + between);
  const auto log = static_cast<uint32_t>((uint64_t{kLn2} * log2 + kHalf) >> kPointBits);
  return (scale * log + kHalf) >> kPointBits;
}

struct LogParameters {
  int32_t count;
  int32_t correction_bits, scale;
};

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  constexpr uint32_t kMost = std::numeric_limits<int16_t>::max();
  const auto& p = Parameters<LogParameters>(node);
  const auto* input = InputData<uint32_t>(context, node, 0);
  auto* output = OutputData<int16_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const uint32_t x = input[i] << p.correction_bits;
    const uint32_t log = x > 1 ? ScaledLogarithm(x, static_cast<uint32_t>(p.scale)) : 0;
    output[i] = static_cast<int16_t>(log < kMost ? log : kMost);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareFilterBankLog(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  Vectors vectors;
  TF_LITE_ENSURE_STATUS(RequireVectors(context, node, kTfLiteUInt32, kTfLiteInt16, &vectors));
  int32_t options[2];  // input_correction_bits, output_scale
  TF_LITE_ENSURE_STATUS(ReadIntegers(context, node, options));
  auto* p = AllocateParameters<LogParameters>(context, node);
  if (p == nullptr) return kTfLiteError;
  *p = {Count(vectors.input), options[0], options[1]};
  if (Count(vectors.output) != p->count || !IsShift(p->correction_bits, 32)) {
    return Unsupported(context, "sizes that differ, or a shift by %d bits",
                       static_cast<int>(p->correction_bits));
  }
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::signal
