#ifndef TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/compatibility.h"
#include "tensorflow/lite/micro/micro_common.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {

// Fills a TfLite...Params struct (kernels' view) from an operator's options in the model.
// Absent options give the schema's defaults. False when a value is not one the schema has.
using ParseOptions = bool (*)(const tflite::Operator* op, void* params);

// Whether two operators have the same name. (The C library's strcmp is unrolled: 732 bytes.)
bool SameName(const char* a, const char* b);

struct OptionsParser {
  ParseOptions parse;  // null: the operator has no parameters
  uint8_t bytes;       // sizeof the params struct
};

}  // namespace tflm

namespace tflite {

// Finds the implementation of an operator.
class MicroOpResolver {
 public:
  virtual ~MicroOpResolver() {}
  // Null when the operator is not registered.
  virtual const TFLMRegistration* FindOp(BuiltinOperator op) const = 0;
  virtual const TFLMRegistration* FindOp(const char* op) const = 0;
  // How to read a builtin operator's parameters.
  virtual tflm::OptionsParser GetOpDataParser(BuiltinOperator op) const = 0;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_OP_RESOLVER_H_
