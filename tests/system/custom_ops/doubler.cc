// An operator of a user's, as TFLM's documentation has them: int8 values become twice as large.
#include "doubler.h"

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace {

struct Data {
  int32_t elements;
};

void* Init(TfLiteContext* context, const char*, size_t) {
  return context->AllocatePersistentBuffer(context, sizeof(Data));
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroContext* micro_context = tflite::GetMicroContext(context);
  TfLiteTensor* input = micro_context->AllocateTempInputTensor(node, 0);
  TF_LITE_ENSURE(context, input != nullptr);
  TF_LITE_ENSURE_TYPES_EQ(context, input->type, kTfLiteInt8);
  static_cast<Data*>(node->user_data)->elements = static_cast<int32_t>(input->bytes);
  micro_context->DeallocateTempTfLiteTensor(input);
  return kTfLiteOk;
}

TfLiteStatus Eval(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteEvalTensor* input = tflite::micro::GetEvalInput(context, node, 0);
  TfLiteEvalTensor* output = tflite::micro::GetEvalOutput(context, node, 0);
  const int8_t* from = tflite::micro::GetTensorData<int8_t>(input);
  int8_t* to = tflite::micro::GetTensorData<int8_t>(output);
  const int32_t count = static_cast<const Data*>(node->user_data)->elements;
  for (int32_t i = 0; i < count; ++i) to[i] = Saturated(kFactor * from[i]);
  return kTfLiteOk;
}

}  // namespace

namespace tflite {

TFLMRegistration* Register_DOUBLER() {
  static TFLMRegistration registration = tflite::micro::RegisterOp(Init, Prepare, Eval);
  return &registration;
}

}  // namespace tflite

// The same by value, outside of TFLM's namespace.
namespace own {

TFLMRegistration MakeDoubler() { return tflite::micro::RegisterOp(Init, Prepare, Eval); }

}  // namespace own
