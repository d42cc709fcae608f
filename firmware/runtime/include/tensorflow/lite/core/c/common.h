// The C types that operators see: tensors, nodes and the context, under TFLM's names.
// This is TFLM's reduced form (TF_LITE_STATIC_MEMORY); delegates, dynamic tensors and
// sparsity do not exist on a microcontroller.
#ifndef TENSORFLOW_LITE_CORE_C_COMMON_H_
#define TENSORFLOW_LITE_CORE_C_COMMON_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensorflow/lite/core/c/c_api_types.h"

// The index that marks an optional tensor as absent.
#define kTfLiteOptionalTensor (-1)

// A counted array of int. Its layout equals a flatbuffer vector of int32, so shapes and
// tensor lists point straight into the model.
typedef struct TfLiteIntArray {
  int size;
#if defined(__GNUC__)
  int data[];
#else
  int data[1];
#endif
} TfLiteIntArray;

typedef struct TfLiteFloatArray {
  int size;
  float data[];
} TfLiteFloatArray;

// 1 when both arrays have the same length and values, else 0.
int TfLiteIntArrayEqual(const TfLiteIntArray* a, const TfLiteIntArray* b);

typedef struct TfLiteFloat16 {
  uint16_t data;
} TfLiteFloat16;

typedef union TfLitePtrUnion {
  int32_t* i32;
  uint32_t* u32;
  int64_t* i64;
  uint64_t* u64;
  float* f;
  TfLiteFloat16* f16;
  double* f64;
  char* raw;
  const char* raw_const;
  uint8_t* uint8;
  bool* b;
  int16_t* i16;
  uint16_t* ui16;
  int8_t* int8;
  void* data;
} TfLitePtrUnion;

typedef enum TfLiteAllocationType {
  kTfLiteMemNone = 0,
  kTfLiteMmapRo,   // constant data inside the model
  kTfLiteArenaRw,  // activations, placed in the arena by lifetime
  kTfLiteArenaRwPersistent,
  kTfLiteDynamic,
  kTfLitePersistentRo,
  kTfLiteCustom,
  kTfLiteVariantObject,
  kTfLiteNonCpu,
} TfLiteAllocationType;

typedef enum TfLiteQuantizationType {
  kTfLiteNoQuantization = 0,
  kTfLiteAffineQuantization = 1,
  kTfLiteBlockwiseQuantization = 2,
  kTfLiteMultiAxisQuantization = 3,
} TfLiteQuantizationType;

// Per-tensor (one element) or per-channel (one element a slice of quantized_dimension).
typedef struct TfLiteAffineQuantization {
  TfLiteFloatArray* scale;
  TfLiteIntArray* zero_point;
  int32_t quantized_dimension;
} TfLiteAffineQuantization;

typedef struct TfLiteQuantization {
  TfLiteQuantizationType type;
  void* params;  // TfLiteAffineQuantization*, or null
} TfLiteQuantization;

// A tensor as the application and an operator's Prepare see it.
typedef struct TfLiteTensor {
  TfLiteQuantization quantization;
  TfLiteQuantizationParams params;
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  size_t bytes;
  TfLiteType type;
  TfLiteAllocationType allocation_type;
  bool is_variable;
} TfLiteTensor;

// A tensor as an operator's Invoke sees it: one for every tensor of the model, kept in
// the arena as long as the interpreter lives.
typedef struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
} TfLiteEvalTensor;

struct TfLiteContext;
struct TfLiteNode;

typedef TfLiteStatus (*TfLiteNodeInvoke)(struct TfLiteContext* context, struct TfLiteNode* node);

// One operator of the model.
typedef struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;  // null where the operator has none
  void* user_data;                // what init returned, or what Prepare put here
  void* builtin_data;             // TfLite...Params of a builtin operator
  const void* custom_initial_data;
  int custom_initial_data_size;
  // Extension: what Invoke calls. It starts as the registration's; Prepare may choose
  // another for the types and shapes it found (tflm::SelectInvoke in kernels/kernel.h).
  TfLiteNodeInvoke invoke;
} TfLiteNode;

typedef struct TfLiteExternalContext TfLiteExternalContext;
typedef enum TfLiteExternalContextType {
  kTfLiteEigenContext = 0,
  kTfLiteGemmLowpContext = 1,
  kTfLiteEdgeTpuContext = 2,
  kTfLiteCpuBackendContext = 3,
  kTfLiteMaxExternalContexts = 4
} TfLiteExternalContextType;

// What an operator may ask of the interpreter. `impl_` is the tflite::MicroContext.
typedef struct TfLiteContext {
  size_t tensors_size;
  void* impl_;
  void (*ReportError)(struct TfLiteContext*, const char* msg, ...);
  void* (*AllocatePersistentBuffer)(struct TfLiteContext* ctx, size_t bytes);
  TfLiteStatus (*RequestScratchBufferInArena)(struct TfLiteContext* ctx, size_t bytes,
                                              int* buffer_idx);
  void* (*GetScratchBuffer)(struct TfLiteContext* ctx, int buffer_idx);
  TfLiteTensor* (*GetTensor)(const struct TfLiteContext* context, int tensor_idx);
  TfLiteEvalTensor* (*GetEvalTensor)(const struct TfLiteContext* context, int tensor_idx);
  TfLiteExternalContext* (*GetExternalContext)(struct TfLiteContext*, TfLiteExternalContextType);
} TfLiteContext;

// "INT8", "FLOAT32", ...: for messages.
const char* TfLiteTypeGetName(TfLiteType type);

// --- The checks that operators write --------------------------------------------------

#define TF_LITE_KERNEL_LOG(context, ...)            \
  do {                                              \
    (context)->ReportError((context), __VA_ARGS__); \
  } while (false)

#define TF_LITE_MAYBE_KERNEL_LOG(context, ...)        \
  do {                                                \
    if ((context) != nullptr) {                       \
      (context)->ReportError((context), __VA_ARGS__); \
    }                                                 \
  } while (false)

#define TF_LITE_ENSURE_MSG(context, value, ...)   \
  do {                                            \
    if (!(value)) {                               \
      TF_LITE_KERNEL_LOG((context), __VA_ARGS__); \
      return kTfLiteError;                        \
    }                                             \
  } while (false)

#define TF_LITE_ENSURE(context, a)                           \
  do {                                                       \
    if (!(a)) {                                              \
      TF_LITE_KERNEL_LOG((context), "%s was not true.", #a); \
      return kTfLiteError;                                   \
    }                                                        \
  } while (false)

#define TF_LITE_ENSURE_STATUS(a)          \
  do {                                    \
    const TfLiteStatus status_of_a = (a); \
    if (status_of_a != kTfLiteOk) {       \
      return status_of_a;                 \
    }                                     \
  } while (false)

#define TF_LITE_ENSURE_OK(context, status) TF_LITE_ENSURE_STATUS(status)

#define TF_LITE_ENSURE_EQ(context, a, b)                                                \
  do {                                                                                  \
    if ((a) != (b)) {                                                                   \
      TF_LITE_KERNEL_LOG((context), "%s != %s (%d != %d)", #a, #b, static_cast<int>(a), \
                         static_cast<int>(b));                                          \
      return kTfLiteError;                                                              \
    }                                                                                   \
  } while (false)

#define TF_LITE_ENSURE_TYPES_EQ(context, a, b)                                           \
  do {                                                                                   \
    if ((a) != (b)) {                                                                    \
      TF_LITE_KERNEL_LOG((context), "%s != %s (%s != %s)", #a, #b, TfLiteTypeGetName(a), \
                         TfLiteTypeGetName(b));                                          \
      return kTfLiteError;                                                               \
    }                                                                                    \
  } while (false)

#define TF_LITE_ENSURE_NEAR(context, a, b, epsilon)                \
  do {                                                             \
    const auto delta_ab = ((a) > (b)) ? ((a) - (b)) : ((b) - (a)); \
    if (delta_ab > (epsilon)) {                                    \
      TF_LITE_KERNEL_LOG((context), "%s not near %s", #a, #b);     \
      return kTfLiteError;                                         \
    }                                                              \
  } while (false)

#endif  // TENSORFLOW_LITE_CORE_C_COMMON_H_
