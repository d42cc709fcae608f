// What the operators of this runtime are written with. Everything goes through TFLM's
// public kernel API (TfLiteContext, TfLiteNode, MicroContext), so that a custom operator
// written for TFLM and a builtin one look alike.
//
// Conventions of the builtin operators:
//  - init is null. Prepare reads node->builtin_data (TfLite...Params), checks everything that
//    Invoke relies on, allocates its parameters and puts them into node->user_data.
//  - Prepare chooses the function for the types and shapes at hand with SelectInvoke, so
//    Invoke does not decide anything again, and a registration that never selects the float
//    function does not link it.
//  - registration.builtin_data_in_prepare_only is set: builtin_data costs no arena.
//  - Tensor data pointers of activations are known in Invoke only; constants also in Prepare.
#ifndef RUNTIME_KERNELS_KERNEL_H_
#define RUNTIME_KERNELS_KERNEL_H_

#include <cstdint>
#include <type_traits>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace tflm {

using PrepareFunction = TfLiteStatus(TfLiteContext* context, TfLiteNode* node);

// Puts an operator's state back to where Prepare left it.
using ResetFunction = void(TfLiteContext* context, void* parameters);

// A registration whose Prepare does everything described above. It is not constexpr: GCC would
// return a copy of a constant without a name of its own, of which all of a file share a section,
// and the linker would keep the kernels of all operators.
inline TFLMRegistration BuiltinOperator(PrepareFunction* prepare) {
  return {nullptr, nullptr, prepare, nullptr, nullptr, 0, nullptr, true};
}

// The same of an operator with a custom code, for a constant that has a name.
constexpr TFLMRegistration CustomOperator(PrepareFunction* prepare, ResetFunction* reset) {
  return {nullptr, nullptr, prepare, nullptr, reset, 0, nullptr, true};
}

inline void SelectInvoke(TfLiteNode* node, TfLiteNodeInvoke invoke) { node->invoke = invoke; }

// A tensor described for the length of Prepare. Null when an optional input is absent.
inline TfLiteTensor* PrepareInput(TfLiteContext* context, const TfLiteNode* node, int index) {
  return tflite::GetMicroContext(context)->AllocateTempInputTensor(node, index);
}
inline TfLiteTensor* PrepareOutput(TfLiteContext* context, const TfLiteNode* node, int index) {
  return tflite::GetMicroContext(context)->AllocateTempOutputTensor(node, index);
}

// Data of an input or output during Invoke; null for an absent optional input.
template <typename T>
const T* InputData(const TfLiteContext* context, const TfLiteNode* node, int index) {
  return tflite::micro::GetOptionalTensorData<T>(tflite::micro::GetEvalInput(context, node, index));
}
template <typename T>
T* OutputData(const TfLiteContext* context, const TfLiteNode* node, int index) {
  return tflite::micro::GetTensorData<T>(tflite::micro::GetEvalOutput(context, node, index));
}

// `count` zeroed T that live as long as the interpreter; null when the arena is full (the
// interpreter then reports that, so Prepare just returns kTfLiteError).
template <typename T>
T* AllocatePersistent(TfLiteContext* context, int count = 1) {
  static_assert(std::is_trivially_destructible<T>::value, "nothing is ever destroyed");
  return static_cast<T*>(
      tflite::GetMicroContext(context)->AllocatePersistentBuffer(sizeof(T) * count));
}

// An operator's parameters as Prepare left them.
template <typename T>
const T& Parameters(const TfLiteNode* node) {
  return *static_cast<const T*>(node->user_data);
}
template <typename T>
const T& Options(const TfLiteNode* node) {
  return *static_cast<const T*>(node->builtin_data);
}

// Bytes of one element; the tensor is not empty.
inline size_t ElementBytes(const TfLiteTensor* tensor) {
  return tensor->bytes / static_cast<size_t>(tflite::NumElements(tensor));
}

// Refuses the operator that is being prepared: records ErrorCode::kUnsupported and prints
// "<OPERATOR> #<n>: " and the message. Returns kTfLiteError.
TfLiteStatus Unsupported(TfLiteContext* context, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// The number of inputs lies in [least, most] and there are `outputs` outputs; the first
// `least` inputs and all outputs are present.
TfLiteStatus CheckArity(TfLiteContext* context, const TfLiteNode* node, int least, int most,
                        int outputs);

// Allocates an operator's parameters as AllocatePersistent does and makes them the node's.
template <typename T>
T* AllocateParameters(TfLiteContext* context, TfLiteNode* node) {
  auto* p = AllocatePersistent<T>(context);
  node->user_data = p;
  return p;
}

// The tensors of an operator that computes one output element from each input element.
struct Single {
  const TfLiteTensor* input;
  const TfLiteTensor* output;
  int32_t count;  // elements of either
};

// Describes them; they must be of one of `types` and of one size. The output may lie on the input.
TfLiteStatus DescribeSingle(TfLiteContext* context, const TfLiteNode* node, const TfLiteType* types,
                            int type_count, Single* tensors);

template <int kCount>
TfLiteStatus DescribeSingle(TfLiteContext* context, const TfLiteNode* node,
                            const TfLiteType (&types)[kCount], Single* tensors) {
  return DescribeSingle(context, node, types, kCount, tensors);
}

// Whether `type` is one of `types`.
bool IsOneOf(TfLiteType type, const TfLiteType* types, int type_count);

template <int kCount>
bool IsOneOf(TfLiteType type, const TfLiteType (&types)[kCount]) {
  return IsOneOf(type, types, kCount);
}

// Whether the tensor has one positive, finite scale, as every quantized activation must.
bool IsPerTensorQuantized(const TfLiteTensor* tensor);

// Whether its elements can be read as they lie: a constant of 64-bit values may be aligned to 4
// bytes only, which not every machine can read.
bool IsAligned(const TfLiteTensor* tensor);

}  // namespace tflm

#endif  // RUNTIME_KERNELS_KERNEL_H_
