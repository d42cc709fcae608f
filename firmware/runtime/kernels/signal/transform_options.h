// What SignalRfft, SignalIrfft and SignalOverlapAdd find in their options, and of their tensors.
#ifndef RUNTIME_KERNELS_SIGNAL_TRANSFORM_OPTIONS_H_
#define RUNTIME_KERNELS_SIGNAL_TRANSFORM_OPTIONS_H_

#include "kernels/signal/tensors.h"
#include "tensorflow/lite/portable_type_to_tflitetype.h"

namespace tflm::signal {

struct Transform {
  int32_t length;  // of the real numbers
  Rows input, output;
};

// The type that the option T names; kTfLiteNoType for one that the runtime does not have, and for
// options that cannot be read.
TfLiteType TransformType(const TfLiteNode* node);

// Reads both; input and output must have `type` and the same number of dimensions.
TfLiteStatus ReadTransform(TfLiteContext* context, const TfLiteNode* node, TfLiteType type,
                           Transform* transform);

template <typename T>
TfLiteStatus ReadTransform(TfLiteContext* context, const TfLiteNode* node, Transform* transform) {
  return ReadTransform(context, node, tflite::typeToTfLiteType<T>(), transform);
}

}  // namespace tflm::signal

#endif  // RUNTIME_KERNELS_SIGNAL_TRANSFORM_OPTIONS_H_
