#include "kernels/operators.h"
#include "kernels/reference/strided.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 5;  // TFLM's

// Whether `order` names each of the input's dimensions once and the output has their sizes.
bool IsPermutation(const TfLiteTensor* input, const int32_t* order, const TfLiteTensor* output) {
  const int rank = input->dims->size;
  uint32_t seen = 0;
  for (int d = 0; d < rank; ++d) {
    if (order[d] < 0 || order[d] >= rank) return false;
    seen |= 1u << order[d];
    if (output->dims->data[d] != input->dims->data[order[d]]) return false;
  }
  return seen == (1u << rank) - 1;
}

}  // namespace

TfLiteStatus PrepareTranspose(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* order = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocatePersistent<Strided>(context);
  if (input == nullptr || order == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  const int rank = input->dims->size;
  if (!IsOneOf(input->type, kTypes) || output->type != input->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  if (rank > kMostDimensions || output->dims->size != rank || order->type != kTfLiteInt32 ||
      !tflite::IsConstantTensor(order) || order->dims->size != 1 || order->dims->data[0] != rank ||
      !IsPermutation(input, order->data.i32, output)) {
    return Unsupported(context, "the permutation is not a constant that leads to the output");
  }
  int32_t steps[kMostDimensions];
  int32_t step = static_cast<int32_t>(ElementBytes(input));
  StartPlan(p, step, 0);
  for (int d = rank - 1; d >= 0; --d) {
    steps[d] = step;
    step *= input->dims->data[d];
  }
  for (int d = rank - 1; d >= 0; --d) {
    AddDimension(p, output->dims->data[d], steps[order->data.i32[d]]);
  }
  SelectStrided(node, p);
  return kTfLiteOk;
}

}  // namespace tflm::reference
