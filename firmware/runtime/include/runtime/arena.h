// The tensor arena: one block of memory that the application gives, used from both ends.
#ifndef RUNTIME_ARENA_H_
#define RUNTIME_ARENA_H_

#include <cstddef>
#include <cstdint>

namespace tflm {

// Persistent memory grows down from the end. Temporary memory, needed only while tensors
// are being allocated, grows up from the start and is then replaced by the activations.
class Arena {
 public:
  // All that is handed out is aligned to this or less: the strictest element type is int64.
  static constexpr size_t kAlignment = 8;

  Arena() = default;
  Arena(uint8_t* memory, size_t bytes);

  // Zeroed memory for the interpreter's life; null when it does not fit.
  void* AllocatePersistent(size_t bytes, size_t alignment = kAlignment);
  // Memory until the next ResetTemporary to an earlier mark; null when it does not fit.
  void* AllocateTemporary(size_t bytes, size_t alignment = kAlignment);

  // Temporary memory in use now, to come back to with ResetTemporary.
  size_t temporary_mark() const { return head_; }
  void ResetTemporary(size_t mark) { head_ = mark; }

  // Takes `bytes` at the start for the activations; false when they do not fit.
  bool ReserveActivations(size_t bytes);

  uint8_t* start() const { return start_; }
  uint8_t* end() const { return start_ + size_; }

  // Bytes that the last request lacked.
  size_t missing_bytes() const { return missing_; }
  // The smallest aligned arena with which the same allocations succeed.
  size_t used_bytes() const { return peak_; }

 private:
  bool Take(size_t head, size_t tail);

  uint8_t* start_ = nullptr;
  size_t size_ = 0;
  size_t head_ = 0;  // temporary bytes in use
  size_t tail_ = 0;  // persistent bytes in use
  size_t peak_ = 0;  // the most that both ends ever held together
  size_t missing_ = 0;
};

}  // namespace tflm

#endif  // RUNTIME_ARENA_H_
