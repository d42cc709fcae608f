// The operators that an application links: each Add* puts one into the image.
#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/core/api/flatbuffer_conversions.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {

// Room for tOpCount operators. Every Add* returns kTfLiteError, with a message, when the
// room is used up or the operator is there already.
template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TF_LITE_REMOVE_VIRTUAL_DELETE

  explicit MicroMutableOpResolver() {}

  const TFLMRegistration* FindOp(BuiltinOperator op) const override {
    if (op == BuiltinOperator_CUSTOM) return nullptr;
    for (unsigned int i = 0; i < count_; ++i) {
      if (registrations_[i].builtin_code == op) return &registrations_[i];
    }
    return nullptr;
  }

  const TFLMRegistration* FindOp(const char* op) const override {
    for (unsigned int i = 0; i < count_; ++i) {
      const TFLMRegistration& registration = registrations_[i];
      if (registration.builtin_code == BuiltinOperator_CUSTOM &&
          tflm::SameName(registration.custom_name, op)) {
        return &registration;
      }
    }
    return nullptr;
  }

  tflm::OptionsParser GetOpDataParser(BuiltinOperator op) const override {
    const TFLMRegistration* registration = FindOp(op);
    return registration == nullptr ? tflm::OptionsParser{nullptr, 0}
                                   : parsers_[registration - registrations_];
  }

  unsigned int GetRegistrationLength() const { return count_; }

  // An operator of the application's own. `name` is the custom code in the model; both it
  // and what it refers to must live as long as the resolver.
  TfLiteStatus AddCustom(const char* name, const TFLMRegistration* registration) {
    if (FindOp(name) != nullptr) return AlreadyThere(name);
    return Append(name, BuiltinOperator_CUSTOM, *registration, {nullptr, 0});
  }

  // AddAdd(), AddConv2D() and so on: one for each row of the table of operators. A registration
  // that is not the default is a narrower one or the application's own.
#define TFLM_KERNEL(name, method, options, ...)                                        \
  TfLiteStatus Add##method(const TFLMRegistration& registration = Register_##name()) { \
    return AddBuiltin(BuiltinOperator_##name, registration,                            \
                      {tflm::options.parse, tflm::options.bytes});                     \
  }
  // AddWindow() and so on, for operators that have a custom code.
#define TFLM_CUSTOM(name, method, code, space, ...)                                             \
  TfLiteStatus Add##method(const TFLMRegistration* registration = ::space::Register_##name()) { \
    return AddCustom(#code, registration);                                                      \
  }
#include "runtime/operators.inc"

 private:
  TfLiteStatus AddBuiltin(BuiltinOperator op, const TFLMRegistration& registration,
                          tflm::OptionsParser parser) {
    if (FindOp(op) != nullptr) return AlreadyThere(EnumNameBuiltinOperator(op));
    return Append(EnumNameBuiltinOperator(op), op, registration, parser);
  }

  TfLiteStatus Append(const char* name, BuiltinOperator op, const TFLMRegistration& registration,
                      tflm::OptionsParser parser) {
    if (count_ >= tOpCount) {
      MicroPrintf("Cannot register operator %s: the resolver holds %u", name, tOpCount);
      return kTfLiteError;
    }
    registrations_[count_] = registration;
    registrations_[count_].builtin_code = op;
    registrations_[count_].custom_name = name;
    parsers_[count_] = parser;
    ++count_;
    return kTfLiteOk;
  }

  static TfLiteStatus AlreadyThere(const char* name) {
    MicroPrintf("Operator %s is registered already", name);
    return kTfLiteError;
  }

  TFLMRegistration registrations_[tOpCount];
  tflm::OptionsParser parsers_[tOpCount];
  unsigned int count_ = 0;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
