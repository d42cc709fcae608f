#include "core/describe_tensor.h"

#include "core/model_check.h"

namespace tflm {
namespace {

bool DescribeQuantization(const tflite::QuantizationParameters* quantization, Allocator allocate,
                          TfLiteTensor* tensor) {
  if (quantization == nullptr || quantization->scale() == nullptr ||
      quantization->zero_point() == nullptr) {
    return true;
  }
  const uint32_t count = quantization->scale()->size();
  if (count == 0 || quantization->zero_point()->size() != count) return true;
  auto* affine = static_cast<TfLiteAffineQuantization*>(allocate(sizeof(TfLiteAffineQuantization)));
  auto* zero_point =
      static_cast<TfLiteIntArray*>(allocate(sizeof(TfLiteIntArray) + count * sizeof(int)));
  if (affine == nullptr || zero_point == nullptr) return false;
  zero_point->size = static_cast<int>(count);
  for (uint32_t i = 0; i < count; ++i) {
    zero_point->data[i] = static_cast<int>(quantization->zero_point()->Get(i));
  }
  // A vector of float has the layout of TfLiteFloatArray.
  affine->scale = reinterpret_cast<TfLiteFloatArray*>(
      const_cast<flatbuffers::Vector<float>*>(quantization->scale()));
  affine->zero_point = zero_point;
  affine->quantized_dimension = quantization->quantized_dimension();
  tensor->quantization = {kTfLiteAffineQuantization, affine};
  tensor->params = {affine->scale->data[0], zero_point->data[0]};
  return true;
}

}  // namespace

bool DescribeTensor(const tflite::Model* model, const tflite::SubGraph* graph, int index,
                    const TfLiteEvalTensor& eval_tensor, Allocator allocate, TfLiteTensor* tensor) {
  const tflite::Tensor* source = graph->tensors()->Get(index);
  *tensor = {};
  tensor->data = eval_tensor.data;
  tensor->dims = eval_tensor.dims;
  tensor->type = eval_tensor.type;
  tensor->bytes = TensorBytes(source);
  tensor->is_variable = source->is_variable();
  tensor->allocation_type = ConstantData(model, source) != nullptr ? kTfLiteMmapRo
                            : source->is_variable()                ? kTfLiteArenaRwPersistent
                                                                   : kTfLiteArenaRw;
  return DescribeQuantization(source->quantization(), allocate, tensor);
}

}  // namespace tflm
