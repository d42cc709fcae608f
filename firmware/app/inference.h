// The model at work: one interpreter over one arena, and what its runs cost.
#ifndef FIRMWARE_APP_INFERENCE_H_
#define FIRMWARE_APP_INFERENCE_H_

#include <cstddef>
#include <cstdint>

#include "app/error_code.h"
#include "app/model.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace app {

struct CycleCounts {
  uint32_t inferences = 0;
  uint32_t failures = 0;
  uint32_t last = 0;
  uint32_t min = 0xFFFFFFFF;
  uint32_t max = 0;
};

class Inference {
 public:
  // Checks the model and allocates its tensors. Where that fails, error() says why, and the other
  // functions must not be called.
  void Start(const EmbeddedModel& model, uint8_t* arena, size_t arena_size);

  bool IsReady() const { return error_.code == ErrorCode::kNone; }
  const Error& error() const { return error_; }

  size_t inputs_size() const { return interpreter_->inputs_size(); }
  size_t outputs_size() const { return interpreter_->outputs_size(); }
  TfLiteTensor* input(size_t index) const { return interpreter_->input(index); }
  TfLiteTensor* output(size_t index) const { return interpreter_->output(index); }
  // The tensors' names in the model, "" where they have none.
  const char* input_name(size_t index) const;
  const char* output_name(size_t index) const;
  // Bytes of all inputs together.
  size_t input_bytes() const;
  // Puts a byte of the inputs, as they lie in memory one after the other, into its tensor. In
  // order, from 0 on; what lies behind the inputs is dropped.
  void StoreInput(size_t offset, uint8_t byte);

  size_t arena_size() const { return arena_size_; }
  // 0 where the model did not start.
  size_t arena_used() const { return arena_used_; }

  // Runs the model on its input tensors; counts DWT cycles around Invoke() alone.
  TfLiteStatus Run();
  // Gives all that lasts from run to run the values of the start, as MicroInterpreter::Reset().
  TfLiteStatus ResetState() { return interpreter_->Reset(); }
  const CycleCounts& cycles() const { return cycles_; }

  // Index of the largest element of the first output; the first of equals.
  size_t TopIndex() const;

 private:
  Error Prepare(const EmbeddedModel& model, uint8_t* arena);

  tflite::MicroInterpreter* interpreter_ = nullptr;
  const tflite::SubGraph* graph_ = nullptr;
  Error error_;
  size_t arena_size_ = 0;
  size_t arena_used_ = 0;
  CycleCounts cycles_;
  // Where StoreInput is: a tensor, and the offset at which it begins.
  size_t filled_input_ = 0;
  size_t filled_start_ = 0;
};

}  // namespace app

#endif  // FIRMWARE_APP_INFERENCE_H_
