// How operators on two tensors walk shapes that are broadcast against each other.
#ifndef RUNTIME_KERNELS_REFERENCE_BROADCAST_H_
#define RUNTIME_KERNELS_REFERENCE_BROADCAST_H_

#include <cstdint>

#include "kernels/kernel.h"

namespace tflm::reference {

// How to walk the output row by row while both inputs follow, each standing still in the
// dimensions it is broadcast in.
struct Walk {
  static constexpr int kMostDimensions = 6;

  int32_t rows, row_length;
  int32_t step1, step2;  // from one element of a row to the next: 1, or 0 when broadcast
  // Dimensions outside the row, innermost first: their size, and how far each input moves
  // when one of their rows ends.
  int32_t outer_dims;
  int32_t dim[kMostDimensions];
  int32_t next1[kMostDimensions], next2[kMostDimensions];
};

// Fills `walk`; false when the inputs cannot be broadcast to the output's shape.
bool PlanWalk(const TfLiteTensor* input1, const TfLiteTensor* input2, const TfLiteTensor* output,
              Walk* walk);

// Calls row(input1, input2, output) for every row of the output.
template <typename In, typename Out, typename Row>
void ForEachRow(const Walk& walk, const In* input1, const In* input2, Out* output, Row row) {
  int32_t index[Walk::kMostDimensions] = {};
  for (int32_t i = 0; i < walk.rows; ++i) {
    row(input1, input2, output);
    output += walk.row_length;
    for (int32_t d = 0; d < walk.outer_dims; ++d) {
      input1 += walk.next1[d];
      input2 += walk.next2[d];
      if (++index[d] < walk.dim[d]) break;
      index[d] = 0;
    }
  }
}

// output = compute(input1, input2), element by element, for the operator's two inputs of type In
// and its output of type Out.
template <typename In, typename Out, typename Compute>
void ForEachPair(const TfLiteContext* context, const TfLiteNode* node, const Walk& walk,
                 Compute compute) {
  ForEachRow(walk, InputData<In>(context, node, 0), InputData<In>(context, node, 1),
             OutputData<Out>(context, node, 0),
             [&](const In* input1, const In* input2, Out* output) {
               for (int32_t i = 0; i < walk.row_length; ++i) {
                 *output++ = compute(*input1, *input2);
                 input1 += walk.step1;
                 input2 += walk.step2;
               }
             });
}

// The tensors of an operator on two inputs, and how to walk them.
struct Pair {
  const TfLiteTensor* input1;
  const TfLiteTensor* input2;
  const TfLiteTensor* output;
};

// Describes the tensors, which must be of one type, and lets the output lie on an input of its
// shape: each output element needs only the input elements at its own place.
TfLiteStatus DescribePair(TfLiteContext* context, const TfLiteNode* node, Pair* pair);

// Allocates Parameters, which has a `walk`, as the operator's own and plans the walk; null, with
// the reason reported, when the shapes cannot be broadcast.
template <typename Parameters>
Parameters* AllocateWalking(TfLiteContext* context, TfLiteNode* node, const Pair& pair) {
  auto* p = AllocatePersistent<Parameters>(context);
  if (p == nullptr) return nullptr;
  if (!PlanWalk(pair.input1, pair.input2, pair.output, &p->walk)) {
    Unsupported(context, "shapes cannot be broadcast");
    return nullptr;
  }
  node->user_data = p;
  return p;
}

// Whether all three have one usable scale; reports it when not.
bool IsPairQuantized(TfLiteContext* context, const Pair& pair);

}  // namespace tflm::reference

#endif  // RUNTIME_KERNELS_REFERENCE_BROADCAST_H_
