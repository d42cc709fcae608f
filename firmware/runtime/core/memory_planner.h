// Places activations and scratch buffers in the arena so that what is never needed at the
// same time shares memory.
#ifndef RUNTIME_CORE_MEMORY_PLANNER_H_
#define RUNTIME_CORE_MEMORY_PLANNER_H_

#include <cstddef>
#include <cstdint>

namespace tflm {

// Time counts operators: operator k computes at time k + 1; time 0 is when the application
// fills the inputs, and one past the last operator is when it reads the outputs.
constexpr int16_t kNever = -1;
constexpr int16_t kUnshared = -1;

struct PlannedBuffer {
  size_t bytes;  // 0: takes no memory (constants, tensors that nothing touches)
  size_t offset;
  int16_t first_use;
  int16_t last_use;
  int16_t shares;  // index of the buffer that this one lies on, or kUnshared
};

// Whether the buffer needs memory of its own.
inline bool NeedsMemory(const PlannedBuffer& buffer) {
  return buffer.bytes > 0 && buffer.first_use != kNever && buffer.shares == kUnshared;
}

// Sets the offsets of all buffers, largest first, each at the lowest offset that no buffer
// alive at the same time covers. Returns the bytes that all of them need together.
size_t PlanMemory(PlannedBuffer* buffers, int count, size_t alignment);

}  // namespace tflm

#endif  // RUNTIME_CORE_MEMORY_PLANNER_H_
