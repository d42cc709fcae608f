// Accessors for the tables of a .tflite that the runtime and its users read, under the
// names that flatc would generate. Field slots follow TensorFlow Lite's schema.fbs (schema
// version 3): a table's n-th field has vtable slot 4 + 2n, and a union takes two.
#ifndef TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
#define TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_

#include <algorithm>

#include "flatbuffers/flatbuffers.h"
#include "tensorflow/lite/schema/builtin_options.h"

namespace tflite {

struct OperatorCode : flatbuffers::Table {
  int8_t deprecated_builtin_code() const { return GetField<int8_t>(FieldSlot(0), 0); }
  const flatbuffers::String* custom_code() const {
    return GetPointer<const flatbuffers::String*>(FieldSlot(1));
  }
  int32_t version() const { return GetField<int32_t>(FieldSlot(2), 1); }
  BuiltinOperator builtin_code() const {
    return static_cast<BuiltinOperator>(GetField<int32_t>(FieldSlot(3), 0));
  }
};

// The operator that a code names. Old converters wrote only the deprecated byte, new ones
// write both; the larger one is right (schema_utils.cc of TensorFlow Lite).
inline BuiltinOperator GetBuiltinCode(const OperatorCode* code) {
  return std::max(code->builtin_code(),
                  static_cast<BuiltinOperator>(code->deprecated_builtin_code()));
}

struct QuantizationParameters : flatbuffers::Table {
  const flatbuffers::Vector<float>* scale() const {
    return GetPointer<const flatbuffers::Vector<float>*>(FieldSlot(2));
  }
  const flatbuffers::Vector<int64_t>* zero_point() const {
    return GetPointer<const flatbuffers::Vector<int64_t>*>(FieldSlot(3));
  }
  int32_t quantized_dimension() const { return GetField<int32_t>(FieldSlot(6), 0); }
};

struct Tensor : flatbuffers::Table {
  const flatbuffers::Vector<int32_t>* shape() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(0));
  }
  TensorType type() const { return GetField<TensorType>(FieldSlot(1), TensorType_FLOAT32); }
  uint32_t buffer() const { return GetField<uint32_t>(FieldSlot(2), 0); }
  const flatbuffers::String* name() const {
    return GetPointer<const flatbuffers::String*>(FieldSlot(3));
  }
  const QuantizationParameters* quantization() const {
    return GetPointer<const QuantizationParameters*>(FieldSlot(4));
  }
  bool is_variable() const { return GetField<uint8_t>(FieldSlot(5), 0) != 0; }
};

struct Operator : flatbuffers::Table {
  uint32_t opcode_index() const { return GetField<uint32_t>(FieldSlot(0), 0); }
  const flatbuffers::Vector<int32_t>* inputs() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(1));
  }
  const flatbuffers::Vector<int32_t>* outputs() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(2));
  }
  BuiltinOptions builtin_options_type() const {
    return GetField<BuiltinOptions>(FieldSlot(3), BuiltinOptions_NONE);
  }
  // The options as table T, or null when the operator carries none or another kind.
  template <typename T>
  const T* builtin_options_as(BuiltinOptions type) const {
    return builtin_options_type() == type ? GetPointer<const T*>(FieldSlot(4)) : nullptr;
  }
  const flatbuffers::Vector<uint8_t>* custom_options() const {
    return GetPointer<const flatbuffers::Vector<uint8_t>*>(FieldSlot(5));
  }
  const flatbuffers::Vector<int32_t>* intermediates() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(8));
  }
};

struct SubGraph : flatbuffers::Table {
  const flatbuffers::Vector<flatbuffers::Offset<Tensor>>* tensors() const {
    return GetPointer<const flatbuffers::Vector<flatbuffers::Offset<Tensor>>*>(FieldSlot(0));
  }
  const flatbuffers::Vector<int32_t>* inputs() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(1));
  }
  const flatbuffers::Vector<int32_t>* outputs() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(2));
  }
  const flatbuffers::Vector<flatbuffers::Offset<Operator>>* operators() const {
    return GetPointer<const flatbuffers::Vector<flatbuffers::Offset<Operator>>*>(FieldSlot(3));
  }
  const flatbuffers::String* name() const {
    return GetPointer<const flatbuffers::String*>(FieldSlot(4));
  }
};

struct Buffer : flatbuffers::Table {
  const flatbuffers::Vector<uint8_t>* data() const {
    return GetPointer<const flatbuffers::Vector<uint8_t>*>(FieldSlot(0));
  }
};

struct Model : flatbuffers::Table {
  uint32_t version() const { return GetField<uint32_t>(FieldSlot(0), 0); }
  const flatbuffers::Vector<flatbuffers::Offset<OperatorCode>>* operator_codes() const {
    return GetPointer<const flatbuffers::Vector<flatbuffers::Offset<OperatorCode>>*>(FieldSlot(1));
  }
  const flatbuffers::Vector<flatbuffers::Offset<SubGraph>>* subgraphs() const {
    return GetPointer<const flatbuffers::Vector<flatbuffers::Offset<SubGraph>>*>(FieldSlot(2));
  }
  const flatbuffers::String* description() const {
    return GetPointer<const flatbuffers::String*>(FieldSlot(3));
  }
  const flatbuffers::Vector<flatbuffers::Offset<Buffer>>* buffers() const {
    return GetPointer<const flatbuffers::Vector<flatbuffers::Offset<Buffer>>*>(FieldSlot(4));
  }
};

// The model in `buffer`, which must be aligned to 16 bytes. Nothing is checked: see
// VerifyModelBuffer.
inline const Model* GetModel(const void* buffer) { return flatbuffers::GetRoot<Model>(buffer); }

// Whether the buffer holds a well-formed model: every offset, vector and string that the
// accessors above can follow lies inside it, aligned. On false the reason has gone to
// MicroPrintf and to tflm::GetLastError(). Time is linear in the buffer's length. After
// this, MicroInterpreter never reads outside the buffer, whatever it contains.
//
// This is TFLM's own name and signature, so an application that calls it links against both:
//   flatbuffers::Verifier verifier(model_data, model_size);
//   if (!tflite::VerifyModelBuffer(verifier)) { ... }
bool VerifyModelBuffer(flatbuffers::Verifier& verifier);

}  // namespace tflite

#endif  // TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
