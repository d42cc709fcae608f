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

// A request, without its payload.
struct Frame {
  uint8_t version;
  uint8_t type;
  uint16_t sequence;
  size_t size;  // of the payload
};

// Takes the payload of a frame while it arrives, so that no buffer has to hold it.
class PayloadSink {
 public:
  // Bytes come in order, `offset` from 0 on. Whether the frame is good is not known before its end;
  // its size is not either, and is 0 in `frame`.
  virtual void Store(const Frame& frame, size_t offset, uint8_t byte) = 0;

 protected:
  ~PayloadSink() = default;
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
  // A payload of more than `max_payload` bytes is dropped, and counted as oversized.
  FrameReader(size_t max_payload, PayloadSink* sink) : max_payload_(max_payload), sink_(*sink) {}

  // Returns true when `byte` ended a good frame, whose payload the sink then has.
  bool Take(uint8_t byte, Frame* frame);

  const FrameCounts& counts() const { return counts_; }

 private:
  void Decode(uint8_t byte);
  void Add(uint8_t byte);
  void Pass(uint8_t byte);
  bool Finish(Frame* frame);

  const size_t max_payload_;
  PayloadSink& sink_;
  // Consistent Overhead Byte Stuffing: the code of the block, 0 before the first, and the bytes of
  // it that are still to come.
  uint8_t code_ = 0;
  uint8_t to_come_ = 0;
  size_t decoded_ = 0;            // bytes of the body
  uint8_t last_[kCrcBytes] = {};  // of them, which may be the CRC, from the oldest on
  Crc32 crc_;                     // of all before
  uint8_t header_[kHeaderBytes] = {};
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
