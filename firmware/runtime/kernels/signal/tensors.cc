#include "kernels/signal/tensors.h"

namespace tflm::signal {
namespace {

const TfLiteTensor* Require(TfLiteContext* context, const TfLiteTensor* tensor, const char* what,
                            int index, TfLiteType type, int dimensions) {
  if (tensor == nullptr) return nullptr;
  if (tensor->type == type && tensor->dims->size == dimensions) return tensor;
  Unsupported(context, "%s %d is %s with %d dimensions, not %s with %d", what, index,
              TfLiteTypeGetName(tensor->type), tensor->dims->size, TfLiteTypeGetName(type),
              dimensions);
  return nullptr;
}

}  // namespace

const TfLiteTensor* RequireInput(TfLiteContext* context, const TfLiteNode* node, int index,
                                 TfLiteType type, int dimensions) {
  return Require(context, PrepareInput(context, node, index), "input", index, type, dimensions);
}

const TfLiteTensor* RequireOutput(TfLiteContext* context, const TfLiteNode* node, int index,
                                  TfLiteType type, int dimensions) {
  return Require(context, PrepareOutput(context, node, index), "output", index, type, dimensions);
}

TfLiteStatus RequireVectors(TfLiteContext* context, const TfLiteNode* node, TfLiteType input,
                            TfLiteType output, Vectors* vectors) {
  vectors->input = RequireInput(context, node, 0, input, 1);
  if (vectors->input == nullptr) return kTfLiteError;
  vectors->output = RequireOutput(context, node, 0, output, 1);
  return vectors->output == nullptr ? kTfLiteError : kTfLiteOk;
}

bool SplitRows(const TfLiteTensor* tensor, Rows* rows) {
  const int dimensions = tensor->dims->size;
  if (dimensions == 0) return false;
  rows->length = tensor->dims->data[dimensions - 1];
  rows->count = Count(tensor) / rows->length;
  return true;
}

}  // namespace tflm::signal
