// Linked into the planner's image alone: says on the console which operator needs the most memory.
// The linker calls this in place of tflm::PlanMemory (--wrap), so that the firmware pays nothing.

#include "app/console.h"
#include "core/memory_planner.h"

extern "C" {
size_t __real__ZN4tflm10PlanMemoryEPNS_13PlannedBufferEij(tflm::PlannedBuffer* buffers, int count,
                                                          size_t alignment);
size_t __wrap__ZN4tflm10PlanMemoryEPNS_13PlannedBufferEij(tflm::PlannedBuffer* buffers, int count,
                                                          size_t alignment);
}

namespace {

// In sections of their own, which sections.ld puts behind all else.
[[gnu::section(".planner.rodata")]] constexpr char kPeak[] = "peak of operator %d: %u bytes";

struct Peak {
  int time;
  size_t bytes;
};

[[gnu::section(".planner.text")]] int LastTime(const tflm::PlannedBuffer* buffers, int count) {
  int last = 0;
  for (int i = 0; i < count; ++i) last = buffers[i].last_use > last ? buffers[i].last_use : last;
  return last;
}

// The first time at which the buffers that are alive have the most bytes.
[[gnu::section(".planner.text")]] Peak FindPeak(const tflm::PlannedBuffer* buffers, int count) {
  Peak peak = {0, 0};
  const int last = LastTime(buffers, count);
  for (int time = 1; time <= last; ++time) {
    size_t bytes = 0;
    for (int i = 0; i < count; ++i) {
      const bool alive = buffers[i].first_use <= time && time <= buffers[i].last_use;
      if (alive && tflm::NeedsMemory(buffers[i])) bytes += buffers[i].bytes;
    }
    if (bytes > peak.bytes) peak = {time, bytes};
  }
  return peak;
}

}  // namespace

// The graph that is invoked is planned last, behind those that its operators call.
[[gnu::section(".planner.text")]] size_t __wrap__ZN4tflm10PlanMemoryEPNS_13PlannedBufferEij(
    tflm::PlannedBuffer* buffers, int count, size_t alignment) {
  const size_t total =
      __real__ZN4tflm10PlanMemoryEPNS_13PlannedBufferEij(buffers, count, alignment);
  const Peak peak = FindPeak(buffers, count);
  app::Log(kPeak, peak.time - 1, static_cast<unsigned>(peak.bytes));
  return total;
}
