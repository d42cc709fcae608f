// Frames on the UART: 0x00, COBS(body), 0x00. See PROTOCOL.md.
#ifndef FIRMWARE_APP_FRAME_H_
#define FIRMWARE_APP_FRAME_H_

#include <cstddef>
#include <cstdint>

#include "app/crc32.h"

namespace app {

constexpr uint8_t kProtocolVersion = 2;

// version, type, sequence; and the CRC-32 behind the payload.
constexpr size_t kHeaderBytes = 4;
constexpr size_t kCrcBytes = 4;

// Bytes that a frame's body can take when encoded, without its two delimiters.
constexpr size_t EncodedBytes(size_t payload) {
  const size_t body = kHeaderBytes + payload + kCrcBytes;
  return body + body / 254 + 1;
}

// A request whose CRC was right.
struct Frame {
  uint8_t version;
  uint8_t type;
  uint16_t sequence;
  const uint8_t* payload;
  size_t size;
};

// What has been seen between delimiters; everything but `good` was dropped without an answer.
struct FrameCounts {
  uint32_t good = 0;
  uint32_t bad_cobs = 0;
  uint32_t truncated = 0;
  uint32_t bad_crc = 0;
  uint32_t oversized = 0;
};

// Takes the received bytes one by one and finds the frames in them. Whatever comes in, the reader
// is in step again at the next 0x00.
class FrameReader {
 public:
  FrameReader(uint8_t* buffer, size_t capacity) : buffer_(buffer), capacity_(capacity) {}

  // Returns true when `byte` ended a good frame; `frame` then points into the reader's buffer and
  // is valid until the next call.
  bool Take(uint8_t byte, Frame* frame);

  const FrameCounts& counts() const { return counts_; }

 private:
  bool Decode(Frame* frame);

  uint8_t* const buffer_;
  const size_t capacity_;
  size_t size_ = 0;
  bool oversized_ = false;
  FrameCounts counts_;
};

// Sends one frame, encoding as it goes: an answer may be larger than any buffer.
class FrameWriter {
 public:
  FrameWriter(uint8_t type, uint16_t sequence);

  void U8(uint8_t value) { Bytes(&value, sizeof(value)); }
  void U16(uint16_t value) { Bytes(&value, sizeof(value)); }
  void U32(uint32_t value) { Bytes(&value, sizeof(value)); }
  void I32(int32_t value) { Bytes(&value, sizeof(value)); }
  void F32(float value) { Bytes(&value, sizeof(value)); }
  // One length byte, then at most 255 bytes of text.
  void String(const char* text) { String(text, static_cast<size_t>(-1)); }
  void String(const char* text, size_t limit);
  void Bytes(const void* data, size_t size);

  // Adds the CRC and the closing delimiter.
  void Finish();

 private:
  void Encode(uint8_t byte);
  void SendBlock();

  Crc32 crc_;
  uint8_t block_[255];  // a COBS code byte and up to 254 bytes without a zero
  size_t used_ = 1;
};

}  // namespace app

#endif  // FIRMWARE_APP_FRAME_H_
