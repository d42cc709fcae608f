// Runs one model on the micro interpreter with everything that can go wrong
// reported.
#ifndef TESTS_FIRMWARE_RUNTIME_RUNNER_H_
#define TESTS_FIRMWARE_RUNTIME_RUNNER_H_

#include <cstddef>
#include <cstdint>

namespace runner {

// Steps that a run can end at.
enum Step : uint32_t { kVerify = 1, kAllocate = 2, kBuffers = 3, kInvoke = 4, kDone = 5 };

struct Request {
  const uint8_t *model;
  size_t model_bytes;
  uint8_t *arena;
  size_t arena_bytes;
  const uint8_t *inputs;  // all inputs, one after another; those of all invocations in a stream
  size_t input_bytes;
  uint8_t *outputs;  // room for all outputs; those of all invocations in a stream
  size_t output_room;
  uint32_t invocations;  // how often to run; the inputs are set before each
  // Each has its own inputs, and its outputs are wanted; n + 1: and before the n-th after the
  // first, the state is reset.
  uint32_t stream;
  uint32_t int8_only;  // register the int8 variants
  uint32_t preserve_all;
};

struct Response {
  uint32_t step;
  int32_t status;
  uint32_t error_code;
  int32_t operator_index;
  int32_t detail;
  uint32_t arena_used;
  uint32_t output_bytes;
};

// Never returns early without saying why in `step`.
void Run(const Request &request, Response *response);

}  // namespace runner

#endif  // TESTS_FIRMWARE_RUNTIME_RUNNER_H_
