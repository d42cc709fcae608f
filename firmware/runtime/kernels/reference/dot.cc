#include "kernels/reference/dot.h"

namespace tflm::reference {
namespace {

// One run. Alone in a function, all that the loop needs stays in registers.
__attribute__((noinline)) void AddRun4(const int8_t* input, const int8_t* end, int32_t offset,
                                       const int8_t* filter, int32_t stride, int32_t* sums) {
  const int8_t* f1 = filter + stride;
  const int8_t* f2 = f1 + stride;
  const int8_t* f3 = f2 + stride;
  int32_t s0 = sums[0];
  int32_t s1 = sums[1];
  int32_t s2 = sums[2];
  int32_t s3 = sums[3];
#pragma GCC unroll 4
  while (input != end) {
    const int32_t value = *input++ + offset;
    s0 += value * *filter++;
    s1 += value * *f1++;
    s2 += value * *f2++;
    s3 += value * *f3++;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

}  // namespace

void Dot4(const Runs& runs, const int8_t* input, int32_t offset, const int8_t* filter,
          int32_t filter_stride, int32_t sums[4]) {
  sums[0] = sums[1] = sums[2] = sums[3] = 0;
  for (int32_t row = 0; row < runs.rows; ++row) {
    const int8_t* values = input;
    const int8_t* weights = filter;
    for (int32_t run = 0; run < runs.per_row; ++run) {
      AddRun4(values, values + runs.length, offset, weights, filter_stride, sums);
      values += runs.input_run_stride;
      weights += runs.filter_run_stride;
    }
    input += runs.input_row_stride;
    filter += runs.filter_row_stride;
  }
}

int32_t Dot1(const Runs& runs, const int8_t* input, int32_t offset, const int8_t* filter) {
  int32_t sum = 0;
  for (int32_t row = 0; row < runs.rows; ++row) {
    for (int32_t run = 0; run < runs.per_row; ++run) {
      const int8_t* values = input + run * runs.input_run_stride;
      const int8_t* weights = filter + run * runs.filter_run_stride;
#pragma GCC unroll 4
      for (int32_t i = 0; i < runs.length; ++i) sum += (*values++ + offset) * *weights++;
    }
    input += runs.input_row_stride;
    filter += runs.filter_row_stride;
  }
  return sum;
}

}  // namespace tflm::reference
