// The operators that have a custom code, the same in every kernel set.

#include "kernels/operators.h"

#define TFLM_RESET_stateless(folder, method) nullptr
#define TFLM_RESET_stateful(folder, method) tflm::folder::Reset##method

#define TFLM_CUSTOM(name, method, code, space, folder, state, ...)                               \
  const TFLMRegistration* space::Register_##name() {                                             \
    static constexpr TFLMRegistration kRegistration =                                            \
        tflm::CustomOperator(tflm::folder::Prepare##method, TFLM_RESET_##state(folder, method)); \
    return &kRegistration;                                                                       \
  }
#define TFLM_CUSTOM_TYPE(name, method, space, folder, state, suffix, type)        \
  const TFLMRegistration* space::Register_##name##_##suffix() {                   \
    static constexpr TFLMRegistration kRegistration = tflm::CustomOperator(       \
        tflm::folder::Prepare##method##type, TFLM_RESET_##state(folder, method)); \
    return &kRegistration;                                                        \
  }
#include "runtime/operators.inc"
