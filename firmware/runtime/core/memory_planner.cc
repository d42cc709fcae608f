#include "core/memory_planner.h"

namespace tflm {
namespace {

constexpr size_t kUnplaced = SIZE_MAX;

bool Overlap(const PlannedBuffer& a, const PlannedBuffer& b) {
  return a.first_use <= b.last_use && b.first_use <= a.last_use;
}

// The unplaced buffer to place next: the largest, of equals the first. -1 when all are placed.
int LargestUnplaced(const PlannedBuffer* buffers, int count) {
  int largest = -1;
  for (int i = 0; i < count; ++i) {
    if (!NeedsMemory(buffers[i]) || buffers[i].offset != kUnplaced) continue;
    if (largest < 0 || buffers[i].bytes > buffers[largest].bytes) largest = i;
  }
  return largest;
}

// Every offset below the end of a conflicting buffer conflicts with it too, so going from end
// to end finds the lowest free place.
size_t LowestFreeOffset(const PlannedBuffer* buffers, int count, const PlannedBuffer& buffer,
                        size_t alignment) {
  size_t offset = 0;
  for (int i = 0; i < count;) {
    const PlannedBuffer& other = buffers[i];
    const bool conflicts = NeedsMemory(other) && other.offset != kUnplaced &&
                           Overlap(buffer, other) && offset < other.offset + other.bytes &&
                           other.offset < offset + buffer.bytes;
    if (conflicts) {
      offset = (other.offset + other.bytes + alignment - 1) / alignment * alignment;
      i = 0;
    } else {
      ++i;
    }
  }
  return offset;
}

}  // namespace

size_t PlanMemory(PlannedBuffer* buffers, int count, size_t alignment) {
  for (int i = 0; i < count; ++i) buffers[i].offset = kUnplaced;
  size_t total = 0;
  for (int i; (i = LargestUnplaced(buffers, count)) >= 0;) {
    buffers[i].offset = LowestFreeOffset(buffers, count, buffers[i], alignment);
    const size_t end = buffers[i].offset + buffers[i].bytes;
    if (end > total) total = end;
  }
  for (int i = 0; i < count; ++i) {
    const PlannedBuffer* owner = &buffers[i];
    while (owner->shares != kUnshared) owner = &buffers[owner->shares];
    buffers[i].offset = owner->offset;
  }
  return total;
}

}  // namespace tflm
