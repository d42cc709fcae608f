// Boots, starts the model and answers requests on the console UART for ever.

#include <cstdint>

#include "app/console.h"
#include "app/frame.h"
#include "app/inference.h"
#include "app/model.h"
#include "app/service.h"
#include "boards/armv7m/registers.h"
#include "boards/board.h"
#include "boards/ring_buffer.h"

// Defined by sections.ld; the size is a parameter of the build.
extern "C" uint8_t __arena_start[], __arena_end[];

namespace {

// What comes while a request is being answered; a power of two. A request that was sent early, to
// a board that still boots, fits if it has no input.
constexpr size_t kRingBytes = 256;

void LogBanner(const board::Clock& clock, const app::Inference& inference) {
  app::Log("%s: %u Hz from %s, kernels %s", board::kName, static_cast<unsigned>(clock.core_hz),
           clock.source, app::kModel.kernels);
  if (inference.IsReady()) {
    app::Log("model of %u bytes, %u of %u bytes of arena used",
             static_cast<unsigned>(app::kModel.size), static_cast<unsigned>(inference.arena_used()),
             static_cast<unsigned>(inference.arena_size()));
    app::Log("ready");
  } else {
    app::Log("model failed, error %u (%u): %s", static_cast<unsigned>(inference.error().code),
             static_cast<unsigned>(inference.error().detail), inference.error().text);
  }
}

}  // namespace

int main() {
  const board::Clock clock = board::StartClocks();
  static uint8_t storage[kRingBytes];
  static board::RingBuffer received(storage, sizeof(storage));
  board::StartUart(&received);

  static app::Inference inference;
  inference.Start(app::kModel, __arena_start, __arena_end - __arena_start);
  LogBanner(clock, inference);

  static app::Service service(app::kModel, clock, &inference);
  static app::FrameReader reader(app::kModel.max_payload, &service);
  for (;;) {
    armv7m::SleepUntil([] { return !received.IsEmpty(); });
    uint8_t byte;
    app::Frame frame;
    while (received.Pop(&byte)) {
      if (reader.Take(byte, &frame)) service.Answer(frame, reader.counts());
    }
    board::ResumeReception();
  }
}
