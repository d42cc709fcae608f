// The inner products that the int8 kernels are built on.
#ifndef RUNTIME_KERNELS_REFERENCE_DOT_H_
#define RUNTIME_KERNELS_REFERENCE_DOT_H_

#include <cstdint>

namespace tflm::reference {

// What one output value is summed over: runs of values that lie side by side in both input and
// filter, in rows. For a fully connected layer that is one run.
struct Runs {
  int32_t rows;
  int32_t per_row;
  int32_t length;
  int32_t input_row_stride, filter_row_stride;
  int32_t input_run_stride, filter_run_stride;
};

// The sums of (input + offset) * filter for four filters, `filter_stride` bytes apart: an input
// value is loaded once for four products.
void Dot4(const Runs& runs, const int8_t* input, int32_t offset, const int8_t* filter,
          int32_t filter_stride, int32_t sums[4]);

// The same for one filter.
int32_t Dot1(const Runs& runs, const int8_t* input, int32_t offset, const int8_t* filter);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_DOT_H_
