#include "kernels/reference/broadcast.h"

namespace tflm::reference {
namespace {

// The size of dimension `d` of an output of `rank` dimensions in a tensor that may have fewer.
int32_t DimensionOf(const TfLiteTensor* tensor, int rank, int d) {
  const int own = d - (rank - tensor->dims->size);
  return own < 0 ? 1 : tensor->dims->data[own];
}

}  // namespace

bool PlanWalk(const TfLiteTensor* input1, const TfLiteTensor* input2, const TfLiteTensor* output,
              Walk* walk) {
  const int rank = output->dims->size;
  if (rank > Walk::kMostDimensions || input1->dims->size > rank || input2->dims->size > rank) {
    return false;
  }
  *walk = {};
  walk->rows = 1;
  if (tflite::HaveSameShapes(input1, output) && tflite::HaveSameShapes(input2, output)) {
    walk->row_length = static_cast<int32_t>(tflite::NumElements(output));
    walk->step1 = walk->step2 = 1;
    return true;
  }
  // Elements of each input from one step in dimension d to the next.
  int32_t stride1 = 1;
  int32_t stride2 = 1;
  // How far the inputs have moved when all dimensions inside d have been walked.
  int32_t moved1 = 0;
  int32_t moved2 = 0;
  walk->row_length = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const int32_t size = output->dims->data[d];
    const int32_t size1 = DimensionOf(input1, rank, d);
    const int32_t size2 = DimensionOf(input2, rank, d);
    if ((size1 != size && size1 != 1) || (size2 != size && size2 != 1) ||
        (size1 != size && size2 != size)) {
      return false;
    }
    const int32_t step1 = size1 == 1 ? 0 : stride1;
    const int32_t step2 = size2 == 1 ? 0 : stride2;
    if (d == rank - 1) {
      walk->row_length = size;
      walk->step1 = step1;
      walk->step2 = step2;
    } else {
      const int32_t outer = walk->outer_dims++;
      walk->dim[outer] = size;
      walk->rows *= size;
      // ForEachRow leaves the inputs where its last row began, and adds this for every
      // dimension that ends too.
      walk->next1[outer] = step1 - moved1;
      walk->next2[outer] = step2 - moved2;
      moved1 = step1 * size;
      moved2 = step2 * size;
    }
    stride1 *= size1;
    stride2 *= size2;
  }
  return true;
}

TfLiteStatus DescribePair(TfLiteContext* context, const TfLiteNode* node, Pair* pair) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input1 = PrepareInput(context, node, 0);
  const TfLiteTensor* input2 = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  if (input1 == nullptr || input2 == nullptr || output == nullptr) return kTfLiteError;
  if (input1->type != output->type || input2->type != output->type) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(input1->type),
                       TfLiteTypeGetName(input2->type), TfLiteTypeGetName(output->type));
  }
  tflite::GetMicroContext(context)->AllowInPlace(node,
                                                 tflite::HaveSameShapes(input1, output) ? 0 : 1, 0);
  *pair = {input1, input2, output};
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
