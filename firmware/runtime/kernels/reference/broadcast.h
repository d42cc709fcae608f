// How operators on two tensors walk shapes that are broadcast against each other.
#ifndef RUNTIME_KERNELS_REFERENCE_BROADCAST_H_
#define RUNTIME_KERNELS_REFERENCE_BROADCAST_H_

#include <cstdint>

#include "kernels/kernel.h"

namespace tflm::reference {

constexpr int kMostWalkedDimensions = 6;

// How far an input moves while the output is walked; it stands still in the dimensions it is
// broadcast in.
struct Follower {
  int32_t step;                         // to the next element of a row: 1, or 0 when broadcast
  int32_t next[kMostWalkedDimensions];  // when a row of each outer dimension ends
};

// How to walk the output row by row while all inputs follow.
template <int kInputs>
struct WalkOf {
  int32_t rows, row_length;
  // Dimensions outside the row, innermost first.
  int32_t outer_dims;
  int32_t dim[kMostWalkedDimensions];
  Follower inputs[kInputs];
};
using Walk = WalkOf<2>;

// Fills `walk`; false when the inputs cannot be broadcast to the output's shape.
template <int kInputs>
bool PlanWalk(const TfLiteTensor* const (&inputs)[kInputs], const TfLiteTensor* output,
              WalkOf<kInputs>* walk);

// Calls row(at, output_at) for every row of the output: the elements that the inputs and the output
// are at.
template <int kInputs, typename Row>
void ForEachRow(const WalkOf<kInputs>& walk, Row row) {
  int32_t index[kMostWalkedDimensions] = {};
  int32_t at[kInputs] = {};
  int32_t output_at = 0;
  for (int32_t i = 0; i < walk.rows; ++i) {
    row(at, output_at);
    output_at += walk.row_length;
    for (int32_t d = 0; d < walk.outer_dims; ++d) {
      for (int k = 0; k < kInputs; ++k) at[k] += walk.inputs[k].next[d];
      if (++index[d] < walk.dim[d]) break;
      index[d] = 0;
    }
  }
}

// output = compute(input1, input2), element by element, for the operator's inputs of types In and
// In2 and its output of type Out.
template <typename In, typename Out, typename In2 = In, typename Compute>
void ForEachPair(const TfLiteContext* context, const TfLiteNode* node, const Walk& walk,
                 Compute compute) {
  const In* const whole1 = InputData<In>(context, node, 0);
  const In2* const whole2 = InputData<In2>(context, node, 1);
  Out* const whole = OutputData<Out>(context, node, 0);
  ForEachRow(walk, [&](const int32_t(&at)[2], int32_t output_at) {
    const In* input1 = whole1 + at[0];
    const In2* input2 = whole2 + at[1];
    Out* output = whole + output_at;
    for (int32_t i = 0; i < walk.row_length; ++i) {
      *output++ = compute(*input1, *input2);
      input1 += walk.inputs[0].step;
      input2 += walk.inputs[1].step;
    }
  });
}

// The tensors of an operator on two inputs, and how to walk them.
struct Pair {
  const TfLiteTensor* input1;
  const TfLiteTensor* input2;
  const TfLiteTensor* output;
};

// Describes the tensors, whatever their types.
TfLiteStatus DescribeTensors(TfLiteContext* context, const TfLiteNode* node, Pair* pair);

// Describes the tensors. The inputs must be of one type.
TfLiteStatus DescribeInputs(TfLiteContext* context, const TfLiteNode* node, Pair* pair);

// Describes the tensors, which must be of one type, and lets the output lie on an input of its
// shape: each output element needs only the input elements at its own place.
TfLiteStatus DescribePair(TfLiteContext* context, const TfLiteNode* node, Pair* pair);

// Allocates Parameters, which has a `walk`, as the operator's own and plans the walk; null, with
// the reason reported, when the shapes cannot be broadcast.
template <typename Parameters>
Parameters* AllocateWalking(TfLiteContext* context, TfLiteNode* node, const Pair& pair) {
  auto* p = AllocatePersistent<Parameters>(context);
  if (p == nullptr) return nullptr;
  if (!PlanWalk<2>({pair.input1, pair.input2}, pair.output, &p->walk)) {
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
