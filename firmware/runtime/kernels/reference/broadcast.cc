#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

// The size of dimension `d` of an output of `rank` dimensions in a tensor that may have fewer.
int32_t DimensionOf(const TfLiteTensor* tensor, int rank, int d) {
  const int own = d - (rank - tensor->dims->size);
  return own < 0 ? 1 : tensor->dims->data[own];
}

}  // namespace

template <int kInputs>
bool PlanWalk(const TfLiteTensor* const (&inputs)[kInputs], const TfLiteTensor* output,
              WalkOf<kInputs>* walk) {
  const int rank = output->dims->size;
  if (rank > kMostWalkedDimensions) return false;
  *walk = {};
  walk->rows = 1;
  bool same = true;
  for (const TfLiteTensor* input : inputs) {
    if (input->dims->size > rank) return false;
    same = same && tflite::HaveSameShapes(input, output);
  }
  if (same) {
    walk->row_length = static_cast<int32_t>(tflite::NumElements(output));
    for (Follower& follower : walk->inputs) follower.step = 1;
    return true;
  }
  int32_t stride[kInputs];      // elements from one step in dimension d to the next
  int32_t moved[kInputs] = {};  // how far when all dimensions inside d have been walked
  for (int32_t& elements : stride) elements = 1;
  walk->row_length = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = output->dims->data[d];
    const bool in_row = d == rank - 1;
    const int32_t outer = rank - 2 - d;
    bool some_input_has_it = false;
    for (int k = 0; k < kInputs; ++k) {
      const int32_t own = DimensionOf(inputs[k], rank, d);
      if (own != size && own != 1) return false;
      some_input_has_it = some_input_has_it || own == size;
      const int32_t step = own == 1 ? 0 : stride[k];
      if (in_row) {
        walk->inputs[k].step = step;
      } else {
        // ForEachRow leaves the inputs where its last row began, and adds this for every
        // dimension that ends too.
        walk->inputs[k].next[outer] = step - moved[k];
        moved[k] = step * size;
      }
      stride[k] *= own;
    }
    if (!some_input_has_it) return false;
    if (in_row) {
      walk->row_length = size;
    } else {
      walk->outer_dims = outer + 1;
      walk->dim[outer] = size;
      walk->rows *= size;
    }
  }
  return true;
}

template bool PlanWalk(const TfLiteTensor* const (&inputs)[2], const TfLiteTensor* output,
                       WalkOf<2>* walk);
template bool PlanWalk(const TfLiteTensor* const (&inputs)[3], const TfLiteTensor* output,
                       WalkOf<3>* walk);

TfLiteStatus DescribeTensors(TfLiteContext* context, const TfLiteNode* node, Pair* pair) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  *pair = {PrepareInput(context, node, 0), PrepareInput(context, node, 1),
           PrepareOutput(context, node, 0)};
  const bool described =
      pair->input1 != nullptr && pair->input2 != nullptr && pair->output != nullptr;
  return described ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus DescribeInputs(TfLiteContext* context, const TfLiteNode* node, Pair* pair) {
  TF_LITE_ENSURE_STATUS(DescribeTensors(context, node, pair));
  if (pair->input1->type == pair->input2->type) return kTfLiteOk;
  return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(pair->input1->type),
                     TfLiteTypeGetName(pair->input2->type), TfLiteTypeGetName(pair->output->type));
}

TfLiteStatus DescribePair(TfLiteContext* context, const TfLiteNode* node, Pair* pair) {
  TF_LITE_ENSURE_STATUS(DescribeInputs(context, node, pair));
  if (pair->input1->type != pair->output->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(pair->input1->type),
                       TfLiteTypeGetName(pair->output->type));
  }
  const int input = tflite::HaveSameShapes(pair->input1, pair->output) ? 0 : 1;
  tflite::GetMicroContext(context)->AllowInPlace(node, input, 0);
  return kTfLiteOk;
}

bool IsPairQuantized(TfLiteContext* context, const Pair& pair) {
  if (IsPerTensorQuantized(pair.input1) && IsPerTensorQuantized(pair.input2) &&
      IsPerTensorQuantized(pair.output)) {
    return true;
  }
  Unsupported(context, "an input or the output has no usable quantization");
  return false;
}

}  // namespace tflm::reference
