// How each builtin operator's options in the model become its TfLite...Params.
#ifndef TENSORFLOW_LITE_CORE_API_FLATBUFFER_CONVERSIONS_H_
#define TENSORFLOW_LITE_CORE_API_FLATBUFFER_CONVERSIONS_H_

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflm {

bool ParseConv2D(const tflite::Operator* op, void* params);
bool ParseDepthwiseConv2D(const tflite::Operator* op, void* params);
bool ParseFullyConnected(const tflite::Operator* op, void* params);
bool ParsePool(const tflite::Operator* op, void* params);
bool ParseSoftmax(const tflite::Operator* op, void* params);
bool ParseAdd(const tflite::Operator* op, void* params);
bool ParseReshape(const tflite::Operator* op, void* params);
bool ParseReducer(const tflite::Operator* op, void* params);
bool ParseConcatenation(const tflite::Operator* op, void* params);
bool ParseStridedSlice(const tflite::Operator* op, void* params);
bool ParseMul(const tflite::Operator* op, void* params);
bool ParseDiv(const tflite::Operator* op, void* params);
bool ParseSub(const tflite::Operator* op, void* params);
bool ParseSvdf(const tflite::Operator* op, void* params);
bool ParsePack(const tflite::Operator* op, void* params);
bool ParseUnpack(const tflite::Operator* op, void* params);
bool ParseLeakyRelu(const tflite::Operator* op, void* params);
bool ParseTransposeConv(const tflite::Operator* op, void* params);
bool ParseResizeBilinear(const tflite::Operator* op, void* params);
bool ParseResizeNearestNeighbor(const tflite::Operator* op, void* params);
bool ParseUnidirectionalSequenceLSTM(const tflite::Operator* op, void* params);
bool ParseL2Norm(const tflite::Operator* op, void* params);
bool ParseCumsum(const tflite::Operator* op, void* params);
bool ParseGather(const tflite::Operator* op, void* params);
bool ParseMirrorPad(const tflite::Operator* op, void* params);
bool ParseSpaceToDepth(const tflite::Operator* op, void* params);
bool ParseDepthToSpace(const tflite::Operator* op, void* params);
bool ParseBatchMatMul(const tflite::Operator* op, void* params);
bool ParseIf(const tflite::Operator* op, void* params);
bool ParseWhile(const tflite::Operator* op, void* params);
bool ParseCallOnce(const tflite::Operator* op, void* params);
bool ParseVarHandle(const tflite::Operator* op, void* params);

// What the table of operators names.
constexpr OptionsParser kNoOptions = {nullptr, 0};
constexpr OptionsParser kConv2DOptions = {ParseConv2D, sizeof(TfLiteConvParams)};
constexpr OptionsParser kDepthwiseConv2DOptions = {ParseDepthwiseConv2D,
                                                   sizeof(TfLiteDepthwiseConvParams)};
constexpr OptionsParser kFullyConnectedOptions = {ParseFullyConnected,
                                                  sizeof(TfLiteFullyConnectedParams)};
constexpr OptionsParser kPoolOptions = {ParsePool, sizeof(TfLitePoolParams)};
constexpr OptionsParser kSoftmaxOptions = {ParseSoftmax, sizeof(TfLiteSoftmaxParams)};
constexpr OptionsParser kAddOptions = {ParseAdd, sizeof(TfLiteAddParams)};
constexpr OptionsParser kReshapeOptions = {ParseReshape, sizeof(TfLiteReshapeParams)};
constexpr OptionsParser kReducerOptions = {ParseReducer, sizeof(TfLiteReducerParams)};
constexpr OptionsParser kConcatenationOptions = {ParseConcatenation,
                                                 sizeof(TfLiteConcatenationParams)};
constexpr OptionsParser kStridedSliceOptions = {ParseStridedSlice,
                                                sizeof(TfLiteStridedSliceParams)};
constexpr OptionsParser kMulOptions = {ParseMul, sizeof(TfLiteMulParams)};
constexpr OptionsParser kDivOptions = {ParseDiv, sizeof(TfLiteDivParams)};
constexpr OptionsParser kSubOptions = {ParseSub, sizeof(TfLiteSubParams)};
constexpr OptionsParser kSvdfOptions = {ParseSvdf, sizeof(TfLiteSVDFParams)};
constexpr OptionsParser kPackOptions = {ParsePack, sizeof(TfLitePackParams)};
constexpr OptionsParser kUnpackOptions = {ParseUnpack, sizeof(TfLiteUnpackParams)};
constexpr OptionsParser kLeakyReluOptions = {ParseLeakyRelu, sizeof(TfLiteLeakyReluParams)};
constexpr OptionsParser kTransposeConvOptions = {ParseTransposeConv,
                                                 sizeof(TfLiteTransposeConvParams)};
constexpr OptionsParser kResizeBilinearOptions = {ParseResizeBilinear,
                                                  sizeof(TfLiteResizeBilinearParams)};
constexpr OptionsParser kResizeNearestNeighborOptions = {ParseResizeNearestNeighbor,
                                                         sizeof(TfLiteResizeNearestNeighborParams)};
constexpr OptionsParser kUnidirectionalSequenceLSTMOptions = {
    ParseUnidirectionalSequenceLSTM, sizeof(TfLiteUnidirectionalSequenceLSTMParams)};
constexpr OptionsParser kL2NormOptions = {ParseL2Norm, sizeof(TfLiteL2NormParams)};
constexpr OptionsParser kCumsumOptions = {ParseCumsum, sizeof(TfLiteCumsumParams)};
constexpr OptionsParser kGatherOptions = {ParseGather, sizeof(TfLiteGatherParams)};
constexpr OptionsParser kMirrorPadOptions = {ParseMirrorPad, sizeof(TfLiteMirrorPaddingParams)};
constexpr OptionsParser kSpaceToDepthOptions = {ParseSpaceToDepth,
                                                sizeof(TfLiteSpaceToDepthParams)};
constexpr OptionsParser kDepthToSpaceOptions = {ParseDepthToSpace,
                                                sizeof(TfLiteDepthToSpaceParams)};
constexpr OptionsParser kBatchMatMulOptions = {ParseBatchMatMul, sizeof(TfLiteBatchMatMulParams)};
constexpr OptionsParser kIfOptions = {ParseIf, sizeof(TfLiteIfParams)};
constexpr OptionsParser kWhileOptions = {ParseWhile, sizeof(TfLiteWhileParams)};
constexpr OptionsParser kCallOnceOptions = {ParseCallOnce, sizeof(TfLiteCallOnceParams)};
constexpr OptionsParser kVarHandleOptions = {ParseVarHandle, sizeof(TfLiteVarHandleParams)};

}  // namespace tflm

#endif  // TENSORFLOW_LITE_CORE_API_FLATBUFFER_CONVERSIONS_H_
