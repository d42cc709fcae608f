// Accessors for the tables of a .tflite that the runtime and its users read, under the
// names that flatc would generate. Field slots follow TensorFlow Lite's schema.fbs (schema
// version 3): a table's n-th field has vtable slot 4 + 2n, and a union takes two.
#ifndef TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
#define TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_

#include <algorithm>

#include "flatbuffers/flatbuffers.h"

namespace tflite {

enum BuiltinOperator : int32_t {
#define TFLM_OPERATOR(name) BuiltinOperator_##name,
#include "tensorflow/lite/schema/builtin_operators.inc"
#undef TFLM_OPERATOR
  BuiltinOperator_COUNT,
  BuiltinOperator_MIN = 0,
  BuiltinOperator_MAX = BuiltinOperator_COUNT - 1,
};

// "CONV_2D", ...; "" for a code that the schema does not have.
const char* EnumNameBuiltinOperator(BuiltinOperator op);

enum TensorType : int8_t {
  TensorType_FLOAT32 = 0,
  TensorType_FLOAT16 = 1,
  TensorType_INT32 = 2,
  TensorType_UINT8 = 3,
  TensorType_INT64 = 4,
  TensorType_STRING = 5,
  TensorType_BOOL = 6,
  TensorType_INT16 = 7,
  TensorType_COMPLEX64 = 8,
  TensorType_INT8 = 9,
  TensorType_FLOAT64 = 10,
  TensorType_COMPLEX128 = 11,
  TensorType_UINT64 = 12,
  TensorType_RESOURCE = 13,
  TensorType_VARIANT = 14,
  TensorType_UINT32 = 15,
  TensorType_UINT16 = 16,
  TensorType_INT4 = 17,
};

enum Padding : int8_t { Padding_SAME = 0, Padding_VALID = 1 };

enum ActivationFunctionType : int8_t {
  ActivationFunctionType_NONE = 0,
  ActivationFunctionType_RELU = 1,
  ActivationFunctionType_RELU_N1_TO_1 = 2,
  ActivationFunctionType_RELU6 = 3,
  ActivationFunctionType_TANH = 4,
  ActivationFunctionType_SIGN_BIT = 5,
};

// The members of union BuiltinOptions that the runtime reads.
enum BuiltinOptions : uint8_t {
  BuiltinOptions_NONE = 0,
  BuiltinOptions_Conv2DOptions = 1,
  BuiltinOptions_DepthwiseConv2DOptions = 2,
  BuiltinOptions_Pool2DOptions = 5,
  BuiltinOptions_SVDFOptions = 6,
  BuiltinOptions_FullyConnectedOptions = 8,
  BuiltinOptions_SoftmaxOptions = 9,
  BuiltinOptions_ConcatenationOptions = 10,
  BuiltinOptions_AddOptions = 11,
  BuiltinOptions_L2NormOptions = 12,
  BuiltinOptions_ResizeBilinearOptions = 15,
  BuiltinOptions_ReshapeOptions = 17,
  BuiltinOptions_SpaceToDepthOptions = 19,
  BuiltinOptions_MulOptions = 21,
  BuiltinOptions_GatherOptions = 23,
  BuiltinOptions_ReducerOptions = 27,
  BuiltinOptions_SubOptions = 28,
  BuiltinOptions_DivOptions = 29,
  BuiltinOptions_StridedSliceOptions = 32,
  BuiltinOptions_TransposeConvOptions = 49,
  BuiltinOptions_PackOptions = 59,
  BuiltinOptions_UnpackOptions = 64,
  BuiltinOptions_UnidirectionalSequenceLSTMOptions = 71,
  BuiltinOptions_ResizeNearestNeighborOptions = 74,
  BuiltinOptions_LeakyReluOptions = 75,
  BuiltinOptions_MirrorPadOptions = 77,
  BuiltinOptions_IfOptions = 92,
  BuiltinOptions_WhileOptions = 93,
  BuiltinOptions_DepthToSpaceOptions = 94,
  BuiltinOptions_BatchMatMulOptions = 101,
  BuiltinOptions_CumsumOptions = 102,
  BuiltinOptions_CallOnceOptions = 103,
  BuiltinOptions_VarHandleOptions = 111,
};

// Options are read with GetScalar, which checks what VerifyModelBuffer does not.
constexpr flatbuffers::voffset_t FieldSlot(int n) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * n);
}

struct Conv2DOptions : flatbuffers::Table {
  Padding padding() const { return GetScalar<Padding>(FieldSlot(0), Padding_SAME); }
  int32_t stride_w() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
  int32_t stride_h() const { return GetScalar<int32_t>(FieldSlot(2), 0); }
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(3), ActivationFunctionType_NONE);
  }
  int32_t dilation_w_factor() const { return GetScalar<int32_t>(FieldSlot(4), 1); }
  int32_t dilation_h_factor() const { return GetScalar<int32_t>(FieldSlot(5), 1); }
  TensorType quantized_bias_type() const {
    return GetScalar<TensorType>(FieldSlot(6), TensorType_FLOAT32);
  }
};

struct DepthwiseConv2DOptions : flatbuffers::Table {
  Padding padding() const { return GetScalar<Padding>(FieldSlot(0), Padding_SAME); }
  int32_t stride_w() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
  int32_t stride_h() const { return GetScalar<int32_t>(FieldSlot(2), 0); }
  int32_t depth_multiplier() const { return GetScalar<int32_t>(FieldSlot(3), 0); }
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(4), ActivationFunctionType_NONE);
  }
  int32_t dilation_w_factor() const { return GetScalar<int32_t>(FieldSlot(5), 1); }
  int32_t dilation_h_factor() const { return GetScalar<int32_t>(FieldSlot(6), 1); }
};

struct Pool2DOptions : flatbuffers::Table {
  Padding padding() const { return GetScalar<Padding>(FieldSlot(0), Padding_SAME); }
  int32_t stride_w() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
  int32_t stride_h() const { return GetScalar<int32_t>(FieldSlot(2), 0); }
  int32_t filter_width() const { return GetScalar<int32_t>(FieldSlot(3), 0); }
  int32_t filter_height() const { return GetScalar<int32_t>(FieldSlot(4), 0); }
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(5), ActivationFunctionType_NONE);
  }
};

struct FullyConnectedOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
  int8_t weights_format() const { return GetScalar<int8_t>(FieldSlot(1), 0); }
  bool keep_num_dims() const { return GetScalar<uint8_t>(FieldSlot(2), 0) != 0; }
  bool asymmetric_quantize_inputs() const { return GetScalar<uint8_t>(FieldSlot(3), 0) != 0; }
  TensorType quantized_bias_type() const {
    return GetScalar<TensorType>(FieldSlot(4), TensorType_FLOAT32);
  }
};

struct SoftmaxOptions : flatbuffers::Table {
  float beta() const { return GetScalar<float>(FieldSlot(0), 0.0f); }
};

struct AddOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
  bool pot_scale_int16() const { return GetScalar<uint8_t>(FieldSlot(1), 1) != 0; }
};

struct ReshapeOptions : flatbuffers::Table {
  const flatbuffers::Vector<int32_t>* new_shape() const {
    return GetPointer<const flatbuffers::Vector<int32_t>*>(FieldSlot(0));
  }
};

struct ReducerOptions : flatbuffers::Table {
  bool keep_dims() const { return GetScalar<uint8_t>(FieldSlot(0), 0) != 0; }
};

struct SVDFOptions : flatbuffers::Table {
  int32_t rank() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(1), ActivationFunctionType_NONE);
  }
  bool asymmetric_quantize_inputs() const { return GetScalar<uint8_t>(FieldSlot(2), 0) != 0; }
};

struct ConcatenationOptions : flatbuffers::Table {
  int32_t axis() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(1), ActivationFunctionType_NONE);
  }
};

struct ResizeBilinearOptions : flatbuffers::Table {
  bool align_corners() const { return GetScalar<uint8_t>(FieldSlot(2), 0) != 0; }
  bool half_pixel_centers() const { return GetScalar<uint8_t>(FieldSlot(3), 0) != 0; }
};

struct ResizeNearestNeighborOptions : flatbuffers::Table {
  bool align_corners() const { return GetScalar<uint8_t>(FieldSlot(0), 0) != 0; }
  bool half_pixel_centers() const { return GetScalar<uint8_t>(FieldSlot(1), 0) != 0; }
};

struct MulOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
};

struct DivOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
};

struct SubOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
  bool pot_scale_int16() const { return GetScalar<uint8_t>(FieldSlot(1), 1) != 0; }
};

struct StridedSliceOptions : flatbuffers::Table {
  int32_t begin_mask() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  int32_t end_mask() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
  int32_t ellipsis_mask() const { return GetScalar<int32_t>(FieldSlot(2), 0); }
  int32_t new_axis_mask() const { return GetScalar<int32_t>(FieldSlot(3), 0); }
  int32_t shrink_axis_mask() const { return GetScalar<int32_t>(FieldSlot(4), 0); }
  bool offset() const { return GetScalar<uint8_t>(FieldSlot(5), 0) != 0; }
};

struct TransposeConvOptions : flatbuffers::Table {
  Padding padding() const { return GetScalar<Padding>(FieldSlot(0), Padding_SAME); }
  int32_t stride_w() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
  int32_t stride_h() const { return GetScalar<int32_t>(FieldSlot(2), 0); }
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(3), ActivationFunctionType_NONE);
  }
};

struct PackOptions : flatbuffers::Table {
  int32_t values_count() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  int32_t axis() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
};

struct UnpackOptions : flatbuffers::Table {
  int32_t num() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  int32_t axis() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
};

struct UnidirectionalSequenceLSTMOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
  float cell_clip() const { return GetScalar<float>(FieldSlot(1), 0.0f); }
  float proj_clip() const { return GetScalar<float>(FieldSlot(2), 0.0f); }
  bool time_major() const { return GetScalar<uint8_t>(FieldSlot(3), 0) != 0; }
  bool asymmetric_quantize_inputs() const { return GetScalar<uint8_t>(FieldSlot(4), 0) != 0; }
  bool diagonal_recurrent_tensors() const { return GetScalar<uint8_t>(FieldSlot(5), 0) != 0; }
};

struct LeakyReluOptions : flatbuffers::Table {
  float alpha() const { return GetScalar<float>(FieldSlot(0), 0.0f); }
};

enum MirrorPadMode : int8_t { MirrorPadMode_REFLECT = 0, MirrorPadMode_SYMMETRIC = 1 };

struct L2NormOptions : flatbuffers::Table {
  ActivationFunctionType fused_activation_function() const {
    return GetScalar<ActivationFunctionType>(FieldSlot(0), ActivationFunctionType_NONE);
  }
};

struct CumsumOptions : flatbuffers::Table {
  bool exclusive() const { return GetScalar<uint8_t>(FieldSlot(0), 0) != 0; }
  bool reverse() const { return GetScalar<uint8_t>(FieldSlot(1), 0) != 0; }
};

struct GatherOptions : flatbuffers::Table {
  int32_t axis() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  int32_t batch_dims() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
};

struct MirrorPadOptions : flatbuffers::Table {
  MirrorPadMode mode() const {
    return GetScalar<MirrorPadMode>(FieldSlot(0), MirrorPadMode_REFLECT);
  }
};

struct SpaceToDepthOptions : flatbuffers::Table {
  int32_t block_size() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
};

struct DepthToSpaceOptions : flatbuffers::Table {
  int32_t block_size() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
};

struct BatchMatMulOptions : flatbuffers::Table {
  bool adj_x() const { return GetScalar<uint8_t>(FieldSlot(0), 0) != 0; }
  bool adj_y() const { return GetScalar<uint8_t>(FieldSlot(1), 0) != 0; }
  bool asymmetric_quantize_inputs() const { return GetScalar<uint8_t>(FieldSlot(2), 0) != 0; }
};

struct IfOptions : flatbuffers::Table {
  int32_t then_subgraph_index() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  int32_t else_subgraph_index() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
};

struct WhileOptions : flatbuffers::Table {
  int32_t cond_subgraph_index() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
  int32_t body_subgraph_index() const { return GetScalar<int32_t>(FieldSlot(1), 0); }
};

struct CallOnceOptions : flatbuffers::Table {
  int32_t init_subgraph_index() const { return GetScalar<int32_t>(FieldSlot(0), 0); }
};

struct VarHandleOptions : flatbuffers::Table {
  const flatbuffers::String* container() const {
    return GetPointer<const flatbuffers::String*>(FieldSlot(0));
  }
  const flatbuffers::String* shared_name() const {
    return GetPointer<const flatbuffers::String*>(FieldSlot(1));
  }
};

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
