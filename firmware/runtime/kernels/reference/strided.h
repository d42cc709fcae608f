// Operators that pick elements of their input in another order: each dimension of the output steps
// through the input by a number of bytes of its own.
#ifndef RUNTIME_KERNELS_REFERENCE_STRIDED_H_
#define RUNTIME_KERNELS_REFERENCE_STRIDED_H_

#include <cstdint>

#include "kernels/kernel.h"

namespace tflm::reference {

struct Strided {
  static constexpr int kMostDimensions = 8;

  int32_t element_bytes;
  int32_t first;  // byte of the input that the output begins with
  // The output's dimensions, innermost first, and the bytes that one step in each moves in the
  // input. Neighbours through which the input is walked evenly are one.
  int32_t dims;
  int32_t size[kMostDimensions];
  int32_t step[kMostDimensions];
};

// Starts a plan for an output that begins with the input's byte `first`.
void StartPlan(Strided* plan, int32_t element_bytes, int32_t first);

// Adds the next dimension outwards of the output.
void AddDimension(Strided* plan, int32_t size, int32_t step);

// Makes `plan`, which is in the arena, the operator's own and has Invoke carry it out.
void SelectStrided(TfLiteNode* node, Strided* plan);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_STRIDED_H_
