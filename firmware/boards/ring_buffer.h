#ifndef FIRMWARE_BOARDS_RING_BUFFER_H_
#define FIRMWARE_BOARDS_RING_BUFFER_H_

#include <cstddef>
#include <cstdint>

namespace board {

// Bytes from one interrupt handler to the main loop: one producer, one consumer, no lock.
// The indices run freely and are masked on use, so the whole storage can be filled.
class RingBuffer {
 public:
  // `size` must be a power of two.
  constexpr RingBuffer(uint8_t* storage, size_t size) : storage_(storage), mask_(size - 1) {}

  bool IsFull() const { return head_ - tail_ > mask_; }

  // Called by the interrupt handler, which has seen that the buffer is not full.
  void Push(uint8_t byte) {
    storage_[head_ & mask_] = byte;
    // The byte must be in memory before the consumer can see the new head.
    asm volatile("" ::: "memory");
    head_ = head_ + 1;
  }

  bool IsEmpty() const { return head_ == tail_; }

  // Called by the main loop. Returns false where there is nothing to take.
  bool Pop(uint8_t* byte) {
    if (IsEmpty()) return false;
    *byte = storage_[tail_ & mask_];
    asm volatile("" ::: "memory");
    tail_ = tail_ + 1;
    return true;
  }

 private:
  uint8_t* const storage_;
  const size_t mask_;
  volatile size_t head_ = 0;
  volatile size_t tail_ = 0;
};

}  // namespace board

#endif  // FIRMWARE_BOARDS_RING_BUFFER_H_
