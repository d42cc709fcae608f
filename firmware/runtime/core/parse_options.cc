// From an operator's options in the model to the parameters its Prepare reads.

#include "core/names.h"
#include "tensorflow/lite/core/api/flatbuffer_conversions.h"

namespace tflm {
namespace {

using tflite::ActivationFunctionType;

// What absent options mean: each field's default, as in the schema.
template <typename Table>
const Table* OptionsOrDefaults(const tflite::Operator* op, tflite::BuiltinOptions type) {
  // A table whose vtable (size 4, table size 4) has no fields, lying right before it.
  struct EmptyTable {
    uint16_t vtable[2];
    int32_t to_vtable;
  };
  static constexpr EmptyTable kEmpty = {{4, 4}, 4};
  const Table* options = op->builtin_options_as<Table>(type);
  return options != nullptr ? options : reinterpret_cast<const Table*>(&kEmpty.to_vtable);
}

bool ConvertPadding(tflite::Padding padding, TfLitePadding* result) {
  *result = padding == tflite::Padding_SAME    ? kTfLitePaddingSame
            : padding == tflite::Padding_VALID ? kTfLitePaddingValid
                                               : kTfLitePaddingUnknown;
  return *result != kTfLitePaddingUnknown;
}

// Both enumerations count alike from NONE to SIGN_BIT.
bool ConvertActivation(ActivationFunctionType activation, TfLiteFusedActivation* result) {
  *result = static_cast<TfLiteFusedActivation>(activation);
  return activation >= tflite::ActivationFunctionType_NONE &&
         activation <= tflite::ActivationFunctionType_SIGN_BIT;
}

}  // namespace

bool ParseConv2D(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteConvParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::Conv2DOptions>(op, tflite::BuiltinOptions_Conv2DOptions);
  result->stride_width = options->stride_w();
  result->stride_height = options->stride_h();
  result->dilation_width_factor = options->dilation_w_factor();
  result->dilation_height_factor = options->dilation_h_factor();
  result->quantized_bias_type = RuntimeType(options->quantized_bias_type());
  return ConvertPadding(options->padding(), &result->padding) &&
         ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseDepthwiseConv2D(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteDepthwiseConvParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::DepthwiseConv2DOptions>(
      op, tflite::BuiltinOptions_DepthwiseConv2DOptions);
  result->stride_width = options->stride_w();
  result->stride_height = options->stride_h();
  result->depth_multiplier = options->depth_multiplier();
  result->dilation_width_factor = options->dilation_w_factor();
  result->dilation_height_factor = options->dilation_h_factor();
  return ConvertPadding(options->padding(), &result->padding) &&
         ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseFullyConnected(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteFullyConnectedParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::FullyConnectedOptions>(
      op, tflite::BuiltinOptions_FullyConnectedOptions);
  const int8_t format = options->weights_format();
  result->weights_format = static_cast<TfLiteFullyConnectedWeightsFormat>(format);
  result->keep_num_dims = options->keep_num_dims();
  result->asymmetric_quantize_inputs = options->asymmetric_quantize_inputs();
  result->quantized_bias_type = RuntimeType(options->quantized_bias_type());
  return format == kTfLiteFullyConnectedWeightsFormatDefault &&
         ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParsePool(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLitePoolParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::Pool2DOptions>(op, tflite::BuiltinOptions_Pool2DOptions);
  result->stride_width = options->stride_w();
  result->stride_height = options->stride_h();
  result->filter_width = options->filter_width();
  result->filter_height = options->filter_height();
  return ConvertPadding(options->padding(), &result->padding) &&
         ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseSoftmax(const tflite::Operator* op, void* params) {
  const auto* options =
      OptionsOrDefaults<tflite::SoftmaxOptions>(op, tflite::BuiltinOptions_SoftmaxOptions);
  static_cast<TfLiteSoftmaxParams*>(params)->beta = options->beta();
  return true;
}

bool ParseAdd(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteAddParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::AddOptions>(op, tflite::BuiltinOptions_AddOptions);
  result->pot_scale_int16 = options->pot_scale_int16();
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseReshape(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteReshapeParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::ReshapeOptions>(op, tflite::BuiltinOptions_ReshapeOptions);
  const auto* shape = options->new_shape();
  result->num_dimensions = 0;
  if (shape == nullptr) return true;
  if (shape->size() > TFLITE_RESHAPE_PARAMS_MAX_DIMENSION_COUNT) return false;
  for (const int32_t dim : *shape) result->shape[result->num_dimensions++] = dim;
  return true;
}

bool ParseReducer(const tflite::Operator* op, void* params) {
  const auto* options =
      OptionsOrDefaults<tflite::ReducerOptions>(op, tflite::BuiltinOptions_ReducerOptions);
  static_cast<TfLiteReducerParams*>(params)->keep_dims = options->keep_dims();
  return true;
}

bool ParseConcatenation(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteConcatenationParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::ConcatenationOptions>(
      op, tflite::BuiltinOptions_ConcatenationOptions);
  result->axis = options->axis();
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseStridedSlice(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteStridedSliceParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::StridedSliceOptions>(
      op, tflite::BuiltinOptions_StridedSliceOptions);
  result->begin_mask = options->begin_mask();
  result->end_mask = options->end_mask();
  result->ellipsis_mask = options->ellipsis_mask();
  result->new_axis_mask = options->new_axis_mask();
  result->shrink_axis_mask = options->shrink_axis_mask();
  result->offset = options->offset();
  return true;
}

bool ParseMul(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteMulParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::MulOptions>(op, tflite::BuiltinOptions_MulOptions);
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseDiv(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteDivParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::DivOptions>(op, tflite::BuiltinOptions_DivOptions);
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseSub(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteSubParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::SubOptions>(op, tflite::BuiltinOptions_SubOptions);
  result->pot_scale_int16 = options->pot_scale_int16();
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseSvdf(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteSVDFParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::SVDFOptions>(op, tflite::BuiltinOptions_SVDFOptions);
  result->rank = options->rank();
  result->asymmetric_quantize_inputs = options->asymmetric_quantize_inputs();
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParsePack(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLitePackParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::PackOptions>(op, tflite::BuiltinOptions_PackOptions);
  result->values_count = options->values_count();
  result->axis = options->axis();
  return true;
}

bool ParseUnpack(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteUnpackParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::UnpackOptions>(op, tflite::BuiltinOptions_UnpackOptions);
  result->num = options->num();
  result->axis = options->axis();
  return true;
}

bool ParseLeakyRelu(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteLeakyReluParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::LeakyReluOptions>(op, tflite::BuiltinOptions_LeakyReluOptions);
  result->alpha = options->alpha();
  return true;
}

bool ParseTransposeConv(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteTransposeConvParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::TransposeConvOptions>(
      op, tflite::BuiltinOptions_TransposeConvOptions);
  result->stride_width = options->stride_w();
  result->stride_height = options->stride_h();
  result->quantized_bias_type = kTfLiteNoType;
  return ConvertPadding(options->padding(), &result->padding) &&
         ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseResizeBilinear(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteResizeBilinearParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::ResizeBilinearOptions>(
      op, tflite::BuiltinOptions_ResizeBilinearOptions);
  result->align_corners = options->align_corners();
  result->half_pixel_centers = options->half_pixel_centers();
  return true;
}

bool ParseResizeNearestNeighbor(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteResizeNearestNeighborParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::ResizeNearestNeighborOptions>(
      op, tflite::BuiltinOptions_ResizeNearestNeighborOptions);
  result->align_corners = options->align_corners();
  result->half_pixel_centers = options->half_pixel_centers();
  return true;
}

bool ParseUnidirectionalSequenceLSTM(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteUnidirectionalSequenceLSTMParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::UnidirectionalSequenceLSTMOptions>(
      op, tflite::BuiltinOptions_UnidirectionalSequenceLSTMOptions);
  result->cell_clip = options->cell_clip();
  result->proj_clip = options->proj_clip();
  result->time_major = options->time_major();
  result->asymmetric_quantize_inputs = options->asymmetric_quantize_inputs();
  result->diagonal_recurrent_tensors = options->diagonal_recurrent_tensors();
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseL2Norm(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteL2NormParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::L2NormOptions>(op, tflite::BuiltinOptions_L2NormOptions);
  return ConvertActivation(options->fused_activation_function(), &result->activation);
}

bool ParseCumsum(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteCumsumParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::CumsumOptions>(op, tflite::BuiltinOptions_CumsumOptions);
  result->exclusive = options->exclusive();
  result->reverse = options->reverse();
  return true;
}

bool ParseGather(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteGatherParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::GatherOptions>(op, tflite::BuiltinOptions_GatherOptions);
  result->axis = options->axis();
  result->batch_dims = options->batch_dims();
  return true;
}

bool ParseMirrorPad(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteMirrorPaddingParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::MirrorPadOptions>(op, tflite::BuiltinOptions_MirrorPadOptions);
  const tflite::MirrorPadMode mode = options->mode();
  result->mode = mode == tflite::MirrorPadMode_REFLECT     ? kTfLiteMirrorPaddingReflect
                 : mode == tflite::MirrorPadMode_SYMMETRIC ? kTfLiteMirrorPaddingSymmetric
                                                           : kTfLiteMirrorPaddingUnknown;
  return result->mode != kTfLiteMirrorPaddingUnknown;
}

bool ParseSpaceToDepth(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteSpaceToDepthParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::SpaceToDepthOptions>(
      op, tflite::BuiltinOptions_SpaceToDepthOptions);
  result->block_size = options->block_size();
  return true;
}

bool ParseDepthToSpace(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteDepthToSpaceParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::DepthToSpaceOptions>(
      op, tflite::BuiltinOptions_DepthToSpaceOptions);
  result->block_size = options->block_size();
  return true;
}

bool ParseBatchMatMul(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteBatchMatMulParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::BatchMatMulOptions>(op, tflite::BuiltinOptions_BatchMatMulOptions);
  result->adj_x = options->adj_x();
  result->adj_y = options->adj_y();
  result->asymmetric_quantize_inputs = options->asymmetric_quantize_inputs();
  return true;
}

bool ParseIf(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteIfParams*>(params);
  const auto* options = OptionsOrDefaults<tflite::IfOptions>(op, tflite::BuiltinOptions_IfOptions);
  result->then_subgraph_index = options->then_subgraph_index();
  result->else_subgraph_index = options->else_subgraph_index();
  return true;
}

bool ParseWhile(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteWhileParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::WhileOptions>(op, tflite::BuiltinOptions_WhileOptions);
  result->cond_subgraph_index = options->cond_subgraph_index();
  result->body_subgraph_index = options->body_subgraph_index();
  return true;
}

bool ParseCallOnce(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteCallOnceParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::CallOnceOptions>(op, tflite::BuiltinOptions_CallOnceOptions);
  result->init_subgraph_index = options->init_subgraph_index();
  return true;
}

bool ParseVarHandle(const tflite::Operator* op, void* params) {
  auto* result = static_cast<TfLiteVarHandleParams*>(params);
  const auto* options =
      OptionsOrDefaults<tflite::VarHandleOptions>(op, tflite::BuiltinOptions_VarHandleOptions);
  const auto* container = options->container();
  const auto* shared_name = options->shared_name();
  result->container = container == nullptr ? "" : container->c_str();
  result->shared_name = shared_name == nullptr ? "" : shared_name->c_str();
  return true;
}

}  // namespace tflm
