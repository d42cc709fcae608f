#include "app/frame.h"

#include <cstring>

#include "boards/board.h"

namespace app {
namespace {

// The core is little-endian, and so is the protocol.
template <typename T>
T Load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Consistent Overhead Byte Stuffing, Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2),
// 1999. Decodes in place; returns the decoded size, or -1 where a code points behind the end.
int DecodeCobs(uint8_t* data, size_t size) {
  size_t read = 0;
  size_t written = 0;
  while (read < size) {
    const size_t code = data[read++];
    const size_t run = code - 1;
    if (run > size - read) return -1;
    std::memmove(data + written, data + read, run);
    read += run;
    written += run;
    if (code < 0xFF && read < size) data[written++] = 0;
  }
  return static_cast<int>(written);
}

}  // namespace

bool FrameReader::Take(uint8_t byte, Frame* frame) {
  if (byte != 0) {
    if (size_ < capacity_) {
      buffer_[size_++] = byte;
    } else {
      oversized_ = true;
    }
    return false;
  }
  const bool good = Decode(frame);
  size_ = 0;
  oversized_ = false;
  return good;
}

bool FrameReader::Decode(Frame* frame) {
  if (size_ == 0) return false;  // the opening delimiter
  if (oversized_) {
    ++counts_.oversized;
    return false;
  }
  const int size = DecodeCobs(buffer_, size_);
  if (size < 0) {
    ++counts_.bad_cobs;
    return false;
  }
  if (static_cast<size_t>(size) < kHeaderBytes + kCrcBytes) {
    ++counts_.truncated;
    return false;
  }
  Crc32 crc;
  crc.Add(buffer_, size - kCrcBytes);
  if (crc.value() != Load<uint32_t>(buffer_ + size - kCrcBytes)) {
    ++counts_.bad_crc;
    return false;
  }
  ++counts_.good;
  *frame = {buffer_[0], buffer_[1], Load<uint16_t>(buffer_ + 2), buffer_ + kHeaderBytes,
            size - kHeaderBytes - kCrcBytes};
  return true;
}

FrameWriter::FrameWriter(uint8_t type, uint16_t sequence) {
  const uint8_t delimiter = 0;
  board::Send(&delimiter, 1);
  U8(kProtocolVersion);
  U8(type);
  U16(sequence);
}

void FrameWriter::String(const char* text, size_t limit) {
  constexpr size_t kMaxString = 255;
  size_t size = 0;
  while (size < kMaxString && size < limit && text[size] != '\0') ++size;
  U8(static_cast<uint8_t>(size));
  Bytes(text, size);
}

void FrameWriter::Bytes(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  crc_.Add(bytes, size);
  for (size_t i = 0; i < size; ++i) Encode(bytes[i]);
}

void FrameWriter::Finish() {
  const uint32_t crc = crc_.value();
  uint8_t bytes[kCrcBytes];
  std::memcpy(bytes, &crc, sizeof(crc));
  for (uint8_t byte : bytes) Encode(byte);
  SendBlock();
  const uint8_t delimiter = 0;
  board::Send(&delimiter, 1);
}

void FrameWriter::Encode(uint8_t byte) {
  if (used_ == sizeof(block_)) SendBlock();  // a full block stands for its bytes alone, no zero
  if (byte == 0) {
    SendBlock();
  } else {
    block_[used_++] = byte;
  }
}

void FrameWriter::SendBlock() {
  block_[0] = static_cast<uint8_t>(used_);
  board::Send(block_, used_);
  used_ = 1;
}

}  // namespace app
