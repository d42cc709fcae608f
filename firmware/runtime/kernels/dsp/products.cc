#include "kernels/dsp/products.h"

#include <arm_acle.h>

#include <cstring>

#include "kernels/dsp/output_stage.h"

namespace tflm::dsp {
namespace {

// Filters and activations have any alignment; LDR does not mind.
inline uint32_t LoadWord(const int8_t* values) {
  uint32_t word;
  memcpy(&word, values, sizeof word);
  return word;
}

inline uint32_t Twice(int32_t halfword) {
  const uint32_t low = static_cast<uint16_t>(halfword);
  return low | low << 16;
}

inline uint32_t RotateRight8(uint32_t word) { return word >> 8 | word << 24; }

// Four sums that the assembly keeps in registers.
struct Sums {
  int32_t of0, of1, of2, of3;
};

// Writes the outputs of four sums that share multiplier and shift, `step` bytes apart.
template <bool kSaturates>
inline void Store(const Sums& sums, int32_t multiplier, int32_t shift, const OutputRange& range,
                  int32_t step, int8_t* output) {
  *output = ToOutput<kSaturates>(sums.of0, multiplier, shift, range);
  output += step;
  *output = ToOutput<kSaturates>(sums.of1, multiplier, shift, range);
  output += step;
  *output = ToOutput<kSaturates>(sums.of2, multiplier, shift, range);
  output += step;
  *output = ToOutput<kSaturates>(sums.of3, multiplier, shift, range);
}

// Both products below go four values a step, and several steps a turn of the loop. Sums stay in
// registers.

// Four values of a filter row times those of four columns: 13 instructions for 16 products. LDM
// fetches the words of two columns at once.
// clang-format off
#define COLUMN_STEP                         \
  "ldr    %[odd], [%[filter]], #4       \n" \
  "ldmia  %[words]!, {r8, r9, r10, r11} \n" \
  "sxtb16 %[even], %[odd]               \n" \
  "sxtb16 %[odd], %[odd], ror #8        \n" \
  "smlad  %[sum0], r8, %[even], %[sum0] \n" \
  "smlad  %[sum1], r10, %[even], %[sum1]\n" \
  "smlad  %[sum0], r9, %[odd], %[sum0]  \n" \
  "smlad  %[sum1], r11, %[odd], %[sum1] \n" \
  "ldmia  %[words]!, {r8, r9, r10, r11} \n" \
  "smlad  %[sum2], r8, %[even], %[sum2] \n" \
  "smlad  %[sum3], r10, %[even], %[sum3]\n" \
  "smlad  %[sum2], r9, %[odd], %[sum2]  \n" \
  "smlad  %[sum3], r11, %[odd], %[sum3] \n"
#define COLUMN_OPERANDS                                                                      \
  [filter] "+r"(filter), [words] "+r"(words), [even] "=&r"(even), [odd] "=&r"(odd),          \
  [sum0] "+r"(sums.of0), [sum1] "+r"(sums.of1), [sum2] "+r"(sums.of2), [sum3] "+r"(sums.of3)
// clang-format on

// One filter row times four columns, added to `sums`.
inline Sums ColumnSums(const int8_t* filter, int32_t depth, const uint32_t* words, Sums sums) {
  const int8_t* const end = filter + depth;
  uint32_t even, odd;
  // clang-format off
  if (depth & 4) {
    asm volatile(COLUMN_STEP
                 : COLUMN_OPERANDS : : "r8", "r9", "r10", "r11", "memory");
  }
  if (filter != end) {
    asm volatile("1:\n"
                 COLUMN_STEP COLUMN_STEP
                 "cmp %[filter], %[end]\n"
                 "bne 1b\n"
                 : COLUMN_OPERANDS : [end] "r"(end)
                 : "r8", "r9", "r10", "r11", "cc", "memory");
  }
  // clang-format on
  return sums;
}

// Four values of the input times those of four filter rows: 23 instructions for 16 products.
// `filter` and `depth` reach the first two rows, `filter2` and `depth` the others.
// clang-format off
#define ROW_PRODUCT(sum)                    \
  "sxtb16 r11, r10                      \n" \
  "sxtb16 r10, r10, ror #8              \n" \
  "smlad  " sum ", r8, r11, " sum      "\n" \
  "smlad  " sum ", r9, r10, " sum      "\n"
#define ROW_STEP                            \
  "ldr     r9, [%[input]], #4           \n" \
  "sxtab16 r8, %[offset], r9            \n" \
  "sxtab16 r9, %[offset], r9, ror #8    \n" \
  "ldr     r10, [%[filter], %[depth]]   \n" \
  ROW_PRODUCT("%[sum1]")                    \
  "ldr     r10, [%[filter]], #4         \n" \
  ROW_PRODUCT("%[sum0]")                    \
  "ldr     r10, [%[filter2], %[depth]]  \n" \
  ROW_PRODUCT("%[sum3]")                    \
  "ldr     r10, [%[filter2]], #4        \n" \
  ROW_PRODUCT("%[sum2]")
#define ROW_OPERANDS                                                                         \
  [input] "+r"(input), [filter] "+r"(filter), [filter2] "+r"(filter2),                       \
  [sum0] "+r"(sums.of0), [sum1] "+r"(sums.of1), [sum2] "+r"(sums.of2), [sum3] "+r"(sums.of3)
#define ROW_INPUTS [depth] "r"(depth), [offset] "r"(offset)
// clang-format on

// The input row times four filter rows, added to `sums`.
inline Sums RowSums(const int8_t* input, int32_t depth, const int8_t* filter, uint32_t offset,
                    Sums sums) {
  const int8_t* const end = filter + depth;
  const int8_t* filter2 = filter + 2 * depth;
  // clang-format off
  if (depth & 4) {
    asm volatile(ROW_STEP
                 : ROW_OPERANDS : ROW_INPUTS : "r8", "r9", "r10", "r11", "memory");
  }
  if (depth & 8) {
    asm volatile(ROW_STEP ROW_STEP
                 : ROW_OPERANDS : ROW_INPUTS : "r8", "r9", "r10", "r11", "memory");
  }
  if (filter != end) {
    // The end comes from memory: all registers are taken.
    asm volatile("1:\n"
                 ROW_STEP ROW_STEP ROW_STEP ROW_STEP
                 "ldr r10, %[end]\n"
                 "cmp %[filter], r10\n"
                 "bne 1b\n"
                 : ROW_OPERANDS : ROW_INPUTS, [end] "m"(end)
                 : "r8", "r9", "r10", "r11", "cc", "memory");
  }
  // clang-format on
  return sums;
}

}  // namespace

uint32_t* WidenToColumn(const int8_t* values, int32_t depth, int32_t offset, uint32_t* words) {
  const uint32_t offsets = Twice(offset);
  for (const int8_t* const end = values + depth; values != end; values += 4) {
    const uint32_t four = LoadWord(values);
    words[0] = __sxtab16(offsets, four);
    words[1] = __sxtab16(offsets, RotateRight8(four));
    words += 2 * kColumns;
  }
  return words;
}

template <bool kSaturates>
void ColumnProducts(const uint32_t* columns, int32_t depth, const int8_t* filter,
                    const int32_t* bias, const OutputQuantization& q, int32_t channels,
                    int8_t* output) {
  const OutputRange range(q);
  const int32_t* multiplier = q.multipliers;
  const int8_t* shift = q.shifts;
  for (const int8_t* const end = output + channels; output != end; ++output) {
    const int32_t start = bias != nullptr ? *bias++ : 0;
    const Sums sums = ColumnSums(filter, depth, columns, {start, start, start, start});
    filter += depth;
    Store<kSaturates>(sums, *multiplier++, *shift++, range, channels, output);
  }
}

template void ColumnProducts<false>(const uint32_t*, int32_t, const int8_t*, const int32_t*,
                                    const OutputQuantization&, int32_t, int8_t*);
template void ColumnProducts<true>(const uint32_t*, int32_t, const int8_t*, const int32_t*,
                                   const OutputQuantization&, int32_t, int8_t*);

template <bool kSaturates>
void RowProducts(const int8_t* input, int32_t depth, const int8_t* filter, const int32_t* bias,
                 const OutputQuantization& q, int32_t units, int8_t* output) {
  const uint32_t offset = Twice(q.input_offset);
  const OutputRange range(q);
  for (int32_t unit = 0; unit < units; unit += kRows) {
    if (unit > units - kRows) unit = units - kRows;  // the last ones overlap those before
    Sums sums = {0, 0, 0, 0};
    if (bias != nullptr) memcpy(&sums, bias + unit, sizeof sums);
    sums = RowSums(input, depth, filter + unit * depth, offset, sums);
    if (kSaturates) {
      Store<true>(sums, *q.multipliers, *q.shifts, range, 1, output + unit);
      continue;
    }
    int32_t channel = unit;
    for (const int32_t sum : {sums.of0, sums.of1, sums.of2, sums.of3}) {
      const int32_t i = q.per_channel ? channel : 0;
      output[channel++] = Requantize(sum, q.multipliers[i], q.shifts[i], range);
    }
  }
}

template void RowProducts<false>(const int8_t*, int32_t, const int8_t*, const int32_t*,
                                 const OutputQuantization&, int32_t, int8_t*);
template void RowProducts<true>(const int8_t*, int32_t, const int8_t*, const int32_t*,
                                const OutputQuantization&, int32_t, int8_t*);

}  // namespace tflm::dsp
