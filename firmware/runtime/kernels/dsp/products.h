// Two inner products in assembly, for depths that are a multiple of 4. They are what Arm's
// arm_nn_mat_mult_nt_t_s8, arm_nn_mat_mult_kernel_s8_s16 and arm_nn_vec_mat_mult_t_s8 compute; from
// those gcc 12 makes inner loops that keep addresses and sums on the stack. Instructions a
// multiply-accumulate, outputs included, counted: a 1x1 convolution of 125 x 64 -> 64 channels 2.0
// by Arm's function and 1.2 by ColumnProducts, 640 -> 128 units 1.95 and 1.55 by RowProducts.
#ifndef RUNTIME_KERNELS_DSP_PRODUCTS_H_
#define RUNTIME_KERNELS_DSP_PRODUCTS_H_

#include <cstdint>

#include "kernels/conv.h"

namespace tflm::dsp {

// The columns that ColumnProducts takes at a time.
constexpr int kColumns = 4;

// Memory for kColumns columns: 16 bits a value.
constexpr int32_t ColumnBufferBytes(int32_t depth) { return kColumns * depth * 2; }

// Offset of the words of column `index` (below kColumns) in the column buffer.
constexpr int32_t ColumnStart(int index) { return 2 * index; }

// Writes values + offset, `depth` of them (a multiple of 4), into a column at `words`, which
// points at the column's start or to where an earlier call for the same column ended. Four values
// take two words, even ones first, as SXTB16 makes them; the columns' words are interleaved.
// Returns the end.
uint32_t* WidenToColumn(const int8_t* values, int32_t depth, int32_t offset, uint32_t* words);

// output[column * channels + channel] for kColumns columns: each of the `channels` filter rows
// ([channels, depth]) times each column, plus bias (may be null), requantized and clamped. The
// columns include the input offset already. kSaturates: see Saturates in output_stage.h.
template <bool kSaturates>
void ColumnProducts(const uint32_t* columns, int32_t depth, const int8_t* filter,
                    const int32_t* bias, const OutputQuantization& quantization, int32_t channels,
                    int8_t* output);

// The fewest units that RowProducts can do.
constexpr int kRows = 4;

// output[unit] for one input row: each of the `units` filter rows ([units, depth], at least kRows)
// times the input, plus bias (may be null), requantized and clamped. kSaturates: as above, and the
// units share one multiplier and shift.
template <bool kSaturates>
void RowProducts(const int8_t* input, int32_t depth, const int8_t* filter, const int32_t* bias,
                 const OutputQuantization& quantization, int32_t units, int8_t* output);

}  // namespace tflm::dsp

#endif  // RUNTIME_KERNELS_DSP_PRODUCTS_H_
