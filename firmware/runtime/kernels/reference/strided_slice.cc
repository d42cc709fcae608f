#include <cstdlib>

#include "kernels/operators.h"
#include "kernels/reference/strided.h"

namespace tflm::reference {
namespace {

constexpr int kMostDimensions = 4;  // TFLM's
constexpr int kBegin = 1;
constexpr int kEnd = 2;
constexpr int kStrides = 3;

// One dimension of the slice.
struct Range {
  int32_t begin, count, stride;
};

// `index` counted from the end where it is negative, limited to what the direction can reach.
int32_t Limited(int64_t index, int32_t size, int32_t stride) {
  if (index < 0) index += size;
  const int32_t low = stride > 0 ? 0 : -1;
  const int32_t high = stride > 0 ? size : size - 1;
  return static_cast<int32_t>(index < low ? low : index > high ? high : index);
}

// As TFLM: the masks have a bit a dimension; a shrunk dimension has one element and vanishes.
Range RangeOf(const TfLiteStridedSliceParams& options, int d, int32_t size, int32_t begin,
              int32_t end, int32_t stride) {
  const int bit = 1 << d;
  const bool forward = stride > 0;
  const int32_t first =
      options.begin_mask & bit ? (forward ? 0 : size - 1) : Limited(begin, size, stride);
  if (options.shrink_axis_mask & bit) return {first, 1, stride};
  const int32_t last = options.end_mask & bit ? (forward ? size : -1) : Limited(end, size, stride);
  const int64_t distance = forward ? int64_t{last} - first : int64_t{first} - last;
  const int64_t step = forward ? stride : -int64_t{stride};
  const int64_t count = distance <= 0 ? 0 : (distance + step - 1) / step;
  return {first, static_cast<int32_t>(count), stride};
}

// A constant vector of one INT32 for each dimension.
bool IsIndexVector(const TfLiteTensor* tensor, int rank) {
  return tensor->type == kTfLiteInt32 && tflite::IsConstantTensor(tensor) &&
         tflite::NumElements(tensor) == rank;
}

TfLiteStatus PlanSlice(TfLiteContext* context, const TfLiteStridedSliceParams& options,
                       const TfLiteTensor* input, const TfLiteTensor* const indices[3],
                       const TfLiteTensor* output, Strided* plan) {
  const int rank = input->dims->size;
  Range ranges[kMostDimensions];
  int left = 0;  // dimensions of the output
  for (int d = 0; d < rank; ++d) {
    const int32_t size = input->dims->data[d];
    const int32_t stride = indices[2]->data.i32[d];
    if (stride == 0) return Unsupported(context, "a stride is 0");
    ranges[d] = RangeOf(options, d, size, indices[0]->data.i32[d], indices[1]->data.i32[d], stride);
    const bool shrunk = options.shrink_axis_mask & (1 << d);
    const bool inside = ranges[d].begin >= 0 && ranges[d].begin < size;
    const bool fits =
        shrunk || (left < output->dims->size && output->dims->data[left] == ranges[d].count);
    if (!fits || (ranges[d].count > 0 && !inside)) {
      return Unsupported(context, "dimension %d of the slice does not lead to the output", d);
    }
    left += shrunk ? 0 : 1;
  }
  if (left != output->dims->size) return Unsupported(context, "output has too many dimensions");
  const int32_t element_bytes = static_cast<int32_t>(ElementBytes(input));
  StartPlan(plan, element_bytes, 0);
  int32_t step = element_bytes;
  for (int d = rank - 1; d >= 0; --d) {
    plan->first += ranges[d].begin * step;
    AddDimension(plan, ranges[d].count, ranges[d].stride * step);
    step *= input->dims->data[d];
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareStridedSlice(TfLiteContext* context, TfLiteNode* node) {
  constexpr TfLiteType kTypes[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteBool,
                                   kTfLiteFloat32};
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 4, 4, 1));
  const TfLiteTensor* input = PrepareInput(context, node, 0);
  const TfLiteTensor* const indices[] = {PrepareInput(context, node, kBegin),
                                         PrepareInput(context, node, kEnd),
                                         PrepareInput(context, node, kStrides)};
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocatePersistent<Strided>(context);
  if (input == nullptr || indices[0] == nullptr || indices[1] == nullptr || indices[2] == nullptr ||
      output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  if (!IsOneOf(input->type, kTypes) || output->type != input->type) {
    return Unsupported(context, "types %s -> %s", TfLiteTypeGetName(input->type),
                       TfLiteTypeGetName(output->type));
  }
  const int rank = input->dims->size;
  if (rank > kMostDimensions || !IsIndexVector(indices[0], rank) ||
      !IsIndexVector(indices[1], rank) || !IsIndexVector(indices[2], rank)) {
    return Unsupported(context, "begin, end and strides are not constants of 1 to 4 INT32");
  }
  const auto& options = Options<TfLiteStridedSliceParams>(node);
  if (options.ellipsis_mask != 0 || options.new_axis_mask != 0 || options.offset) {
    return Unsupported(context, "an ellipsis, a new axis or relative ends");
  }
  TF_LITE_ENSURE_STATUS(PlanSlice(context, options, input, indices, output, p));
  SelectStrided(node, p);
  return kTfLiteOk;
}

}  // namespace tflm::reference
