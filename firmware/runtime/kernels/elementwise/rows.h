// The walk over two int8 tensors of which neither stands still within a row.
#ifndef RUNTIME_KERNELS_ELEMENTWISE_ROWS_H_
#define RUNTIME_KERNELS_ELEMENTWISE_ROWS_H_

#include <cstdint>

#include "kernels/reference/broadcast.h"

namespace tflm::elementwise {

inline bool OutputIsInt8(TfLiteContext* context, const TfLiteNode* node) {
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  return output != nullptr && output->type == kTfLiteInt8;
}

inline bool BothMove(const reference::Walk& walk) {
  return walk.inputs[0].step == 1 && walk.inputs[1].step == 1;
}

// One row, in a function of its own, so that the loop has all registers. Four elements a turn,
// because a jump costs as much as a fifth of an element.
template <typename Compute>
__attribute__((noinline)) void ComputeRow(const Compute& compute, const int8_t* a, const int8_t* b,
                                          int8_t* output, int32_t length) {
  const Compute local = compute;  // in registers, whatever is stored
  const int8_t* const end = output + length;
  for (int32_t odd = length & 3; odd > 0; --odd) *output++ = local(*a++, *b++);
  while (output != end) {
    *output++ = local(*a++, *b++);
    *output++ = local(*a++, *b++);
    *output++ = local(*a++, *b++);
    *output++ = local(*a++, *b++);
  }
}

// output = compute(input1, input2) for the operator's tensors; BothMove(walk). The output may lie
// on an input.
template <typename Compute>
void ForEachInt8Pair(const TfLiteContext* context, const TfLiteNode* node,
                     const reference::Walk& walk, const Compute& compute) {
  const auto* const whole1 = InputData<int8_t>(context, node, 0);
  const auto* const whole2 = InputData<int8_t>(context, node, 1);
  auto* const whole = OutputData<int8_t>(context, node, 0);
  reference::ForEachRow(walk, [&](const int32_t(&at)[2], int32_t output_at) {
    ComputeRow(compute, whole1 + at[0], whole2 + at[1], whole + output_at, walk.row_length);
  });
}

}  // namespace tflm::elementwise

#endif  // RUNTIME_KERNELS_ELEMENTWISE_ROWS_H_
