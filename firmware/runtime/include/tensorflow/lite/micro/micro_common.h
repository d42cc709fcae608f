#ifndef TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
#define TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_

#include "tensorflow/lite/c/common.h"

// An operator's implementation. Members before the last are TFLM's, in its order.
struct TFLMRegistration {
  // Called once before Prepare with the custom options (null and 0 for a builtin operator);
  // the result becomes node->user_data. May be null.
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  // Checks types and shapes and asks for memory. May be null.
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  // Computes. May be null if prepare sets node->invoke.
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
  int32_t builtin_code;
  const char* custom_name;
  // Extension: node->builtin_data is not read after Prepare, so it need not be kept in the
  // arena; it is null during Invoke.
  bool builtin_data_in_prepare_only = false;
};

// Just the computing part, for wrappers.
struct TFLMInferenceRegistration {
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
};

#endif  // TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
