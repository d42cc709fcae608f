// BROADCAST_ARGS: the shape that two shapes are broadcast to.
#include <cstring>

#include "kernels/operators.h"
#include "kernels/reference/index_vector.h"

namespace tflm::reference {
namespace {

struct ArgsParameters {
  TfLiteType type;
  int32_t count1, count2, count;  // dimensions of the inputs and the output
};

// The size of the dimension that is `from_end` before the last one.
int64_t SizeAt(const ArgsParameters& p, const void* shape, int32_t count, int32_t from_end) {
  return from_end < count ? IndexAt(p.type, shape, count - 1 - from_end) : 1;
}

void Store(TfLiteType type, void* shape, int32_t at, int64_t size) {
  if (type == kTfLiteInt32) {
    static_cast<int32_t*>(shape)[at] = static_cast<int32_t>(size);
  } else {
    static_cast<int64_t*>(shape)[at] = size;
  }
}

// Sizes that cannot be broadcast fail the inference: TFLM ends the program. It takes int64 by its
// lower 32 bits.
TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const auto& p = Parameters<ArgsParameters>(node);
  const auto* shape1 = InputData<uint8_t>(context, node, 0);
  const auto* shape2 = InputData<uint8_t>(context, node, 1);
  auto* output = OutputData<uint8_t>(context, node, 0);
  for (int32_t i = 0; i < p.count; ++i) {
    const auto size1 = static_cast<int32_t>(SizeAt(p, shape1, p.count1, i));
    const auto size2 = static_cast<int32_t>(SizeAt(p, shape2, p.count2, i));
    if (size1 != size2 && size1 != 1 && size2 != 1) return kTfLiteError;
    Store(p.type, output, p.count - 1 - i, size1 == 1 ? size2 : size1);
  }
  return kTfLiteOk;
}

}  // namespace

TfLiteStatus PrepareBroadcastArgs(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 2, 2, 1));
  const TfLiteTensor* shape1 = PrepareInput(context, node, 0);
  const TfLiteTensor* shape2 = PrepareInput(context, node, 1);
  const TfLiteTensor* output = PrepareOutput(context, node, 0);
  auto* p = AllocateParameters<ArgsParameters>(context, node);
  if (shape1 == nullptr || shape2 == nullptr || output == nullptr || p == nullptr) {
    return kTfLiteError;
  }
  if (!IsIndexType(shape1->type) || shape2->type != shape1->type || output->type != shape1->type) {
    return Unsupported(context, "types %s, %s -> %s", TfLiteTypeGetName(shape1->type),
                       TfLiteTypeGetName(shape2->type), TfLiteTypeGetName(output->type));
  }
  if (shape1->dims->size != 1 || shape2->dims->size != 1 || output->dims->size != 1) {
    return Unsupported(context, "a shape is not a vector");
  }
  *p = {shape1->type, shape1->dims->data[0], shape2->dims->data[0], output->dims->data[0]};
  SelectInvoke(node, Invoke);
  return kTfLiteOk;
}

}  // namespace tflm::reference
