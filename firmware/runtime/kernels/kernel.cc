#include "kernels/kernel.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/names.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflm {

TfLiteStatus Unsupported(TfLiteContext* context, const char* format, ...) {
  const tflite::MicroContext* micro = tflite::GetMicroContext(context);
  const int index = micro->preparing();
  const char* name = OperatorName(micro->model(), micro->graph(), index);
  va_list args;
  va_start(args, format);
  VMicroPrintf(format, args);
  va_end(args);
  return Fail(ErrorCode::kUnsupported, index, 0, name, "%s #%d is not supported", name, index);
}

TfLiteStatus CheckArity(TfLiteContext* context, const TfLiteNode* node, int least, int most,
                        int outputs) {
  if (node->inputs->size < least || node->inputs->size > most || node->outputs->size != outputs) {
    return Unsupported(context, "%d inputs and %d outputs do not fit", node->inputs->size,
                       node->outputs->size);
  }
  for (int i = 0; i < least; ++i) {
    if (node->inputs->data[i] == kTfLiteOptionalTensor) {
      return Unsupported(context, "input %d is absent", i);
    }
  }
  return kTfLiteOk;
}

bool IsOneOf(TfLiteType type, const TfLiteType* types, int type_count) {
  for (int i = 0; i < type_count; ++i) {
    if (types[i] == type) return true;
  }
  return false;
}

TfLiteStatus DescribeSingle(TfLiteContext* context, const TfLiteNode* node, const TfLiteType* types,
                            int type_count, Single* tensors) {
  TF_LITE_ENSURE_STATUS(CheckArity(context, node, 1, 1, 1));
  tensors->input = PrepareInput(context, node, 0);
  tensors->output = PrepareOutput(context, node, 0);
  if (tensors->input == nullptr || tensors->output == nullptr) return kTfLiteError;
  const TfLiteType type = tensors->input->type;
  if (!IsOneOf(type, types, type_count) || tensors->output->type != type ||
      tensors->input->bytes != tensors->output->bytes) {
    return Unsupported(context, "types %s -> %s, or sizes that differ", TfLiteTypeGetName(type),
                       TfLiteTypeGetName(tensors->output->type));
  }
  tensors->count = static_cast<int32_t>(tflite::NumElements(tensors->input));
  tflite::GetMicroContext(context)->AllowInPlace(node, 0, 0);
  return kTfLiteOk;
}

bool IsPerTensorQuantized(const TfLiteTensor* tensor) {
  if (tensor->quantization.type != kTfLiteAffineQuantization) return false;
  const auto* affine = static_cast<const TfLiteAffineQuantization*>(tensor->quantization.params);
  const int32_t zero_point = tensor->params.zero_point;
  // Wider types: far from where a difference to a value could overflow.
  const int32_t limit = tensor->type == kTfLiteInt8 ? 128 : 1 << 16;
  const bool fits = zero_point >= -limit && zero_point < limit;
  return affine->scale->size == 1 && tensor->params.scale > 0.0f &&
         tensor->params.scale <= std::numeric_limits<float>::max() && fits;
}

bool IsAligned(const TfLiteTensor* tensor) {
  return tensor->type != kTfLiteInt64 ||
         reinterpret_cast<uintptr_t>(tensor->data.data) % sizeof(int64_t) == 0;
}

}  // namespace tflm
