// The operators of a .tflite and the options of each, under the names that flatc would generate;
// schema_generated.h has the rest of the schema, and says how fields are found.
#ifndef TENSORFLOW_LITE_SCHEMA_BUILTIN_OPTIONS_H_
#define TENSORFLOW_LITE_SCHEMA_BUILTIN_OPTIONS_H_

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

}  // namespace tflite

#endif  // TENSORFLOW_LITE_SCHEMA_BUILTIN_OPTIONS_H_
