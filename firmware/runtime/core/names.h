// Names of types and operators for messages, and sizes of types.
#ifndef RUNTIME_CORE_NAMES_H_
#define RUNTIME_CORE_NAMES_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

// The runtime's element type for the schema's; kTfLiteNoType for one it does not have.
TfLiteType RuntimeType(tflite::TensorType type);

// Bytes of one element; 0 for types of no fixed size, such as strings.
size_t ElementBytes(TfLiteType type);

// The custom operator's own name, or the builtin operator's, of a graph of a checked model.
const char* OperatorName(const tflite::Model* model, const tflite::SubGraph* graph,
                         int operator_index);

}  // namespace tflm

#endif  // RUNTIME_CORE_NAMES_H_
