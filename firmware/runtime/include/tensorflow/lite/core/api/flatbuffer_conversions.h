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

}  // namespace tflm

#endif  // TENSORFLOW_LITE_CORE_API_FLATBUFFER_CONVERSIONS_H_
