// Whether a well-formed model makes sense: what the interpreter relies on afterwards.
#ifndef RUNTIME_CORE_MODEL_CHECK_H_
#define RUNTIME_CORE_MODEL_CHECK_H_

#include "core/memory_planner.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

// Version, presence of a graph, and for its tensors: type, shape, size, constant data,
// quantization; for its operators: operator code and tensor indices. Size of a tensor is
// known to fit an int32 afterwards.
TfLiteStatus CheckModel(const tflite::Model* model);

// The data of a constant tensor of a checked model; null for any other.
const uint8_t* ConstantData(const tflite::Model* model, const tflite::Tensor* tensor);

// Bytes of a tensor of a checked model.
size_t TensorBytes(const tflite::Tensor* tensor);

// A vector of the model as the C API's array; an empty one for an absent vector.
TfLiteIntArray* AsIntArray(const flatbuffers::Vector<int32_t>* vector);

// Fills size and lifetime of each tensor of a graph of a checked model, one entry each. Fails when
// a tensor is computed twice, is computed although it is constant or an input, is read before
// anything has computed it, or is used though it is empty.
TfLiteStatus FindLifetimes(const tflite::Model* model, const tflite::SubGraph* graph,
                           bool preserve_all, PlannedBuffer* buffers);

}  // namespace tflm

#endif  // RUNTIME_CORE_MODEL_CHECK_H_
