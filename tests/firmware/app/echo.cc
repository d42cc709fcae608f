// The frame reader and writer of the firmware on the host: echoes each good frame of standard
// input with bit 7 of its type set, then prints the reader's counts as a last, textual line.
#include <cstdio>

#include "app/frame.h"
#include "boards/board.h"

void board::Send(const void* data, size_t size) { std::fwrite(data, 1, size, stdout); }

namespace {

class Payload final : public app::PayloadSink {
 public:
  void Store(const app::Frame&, size_t offset, uint8_t byte) override { data[offset] = byte; }

  uint8_t data[700];
};

}  // namespace

int main() {
  static Payload payload;
  app::FrameReader reader(sizeof(payload.data), &payload);
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    app::Frame frame;
    if (!reader.Take(static_cast<uint8_t>(c), &frame)) continue;
    app::FrameWriter writer(frame.type | 0x80, frame.sequence);
    writer.Bytes(payload.data, frame.size);
    writer.Finish();
  }
  const app::FrameCounts& counts = reader.counts();
  std::printf("%u %u %u %u %u", counts.good, counts.bad_cobs, counts.truncated, counts.bad_crc,
              counts.oversized);
}
