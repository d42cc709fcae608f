#include "runtime/arena.h"

#include <cstring>

namespace tflm {
namespace {

// TFLM asks applications for arenas aligned to 16 bytes; starting there whatever the
// application gave makes used_bytes() independent of it.
constexpr uintptr_t kArenaAlignment = 16;

// No request is larger than this, so that sums of sizes cannot overflow.
constexpr size_t kLargest = SIZE_MAX / 4;

size_t AlignUp(size_t value, size_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace

Arena::Arena(uint8_t* memory, size_t bytes) {
  const size_t skipped = -reinterpret_cast<uintptr_t>(memory) & (kArenaAlignment - 1);
  if (memory == nullptr || bytes < skipped) return;
  start_ = memory + skipped;
  // A whole number of units, so that the tail is aligned as the start is.
  size_ = (bytes - skipped) & ~(kAlignment - 1);
}

// Makes `head` and `tail` the bytes in use at either end, if there is room for both.
bool Arena::Take(size_t head, size_t tail) {
  if (head > size_ || tail > size_ - head) {
    missing_ = head + tail - size_;
    return false;
  }
  head_ = head;
  tail_ = tail;
  if (head + tail > peak_) peak_ = head + tail;
  return true;
}

void* Arena::AllocatePersistent(size_t bytes, size_t alignment) {
  if (bytes > kLargest) {
    missing_ = bytes;
    return nullptr;
  }
  if (!Take(head_, AlignUp(tail_ + bytes, alignment))) return nullptr;
  uint8_t* memory = end() - tail_;
  std::memset(memory, 0, bytes);
  return memory;
}

void* Arena::AllocateTemporary(size_t bytes, size_t alignment) {
  if (bytes > kLargest) {
    missing_ = bytes;
    return nullptr;
  }
  const size_t begin = AlignUp(head_, alignment);
  if (!Take(begin + bytes, tail_)) return nullptr;
  return start_ + begin;
}

bool Arena::ReserveActivations(size_t bytes) {
  if (bytes > kLargest) {
    missing_ = bytes;
    return false;
  }
  return Take(AlignUp(bytes, kAlignment), tail_);
}

}  // namespace tflm
