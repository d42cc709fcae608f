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

}  // namespace

bool FrameReader::Take(uint8_t byte, Frame* frame) {
  if (byte != 0) {
    Decode(byte);
    return false;
  }
  const bool good = code_ != 0 && Finish(frame);  // the opening delimiter ends nothing
  code_ = 0;
  to_come_ = 0;
  decoded_ = 0;
  crc_ = {};
  return good;
}

// Consistent Overhead Byte Stuffing, Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2),
// 1999: a block's code is one more than the bytes behind it; between blocks lies a zero, but none
// behind a block of the greatest length.
void FrameReader::Decode(uint8_t byte) {
  if (to_come_ > 0) {
    --to_come_;
    Add(byte);
    return;
  }
  if (code_ != 0 && code_ != 0xFF) Add(0);
  code_ = byte;
  to_come_ = byte - 1;
}

// Takes a byte of the body. What is known to lie before the CRC is passed on.
void FrameReader::Add(uint8_t byte) {
  if (decoded_ >= kCrcBytes) Pass(last_[0]);
  std::memmove(last_, last_ + 1, kCrcBytes - 1);
  last_[kCrcBytes - 1] = byte;
  ++decoded_;
}

void FrameReader::Pass(uint8_t byte) {
  crc_.Add(&byte, 1);
  const size_t position = decoded_ - kCrcBytes;
  if (position < kHeaderBytes) {
    header_[position] = byte;
    return;
  }
  const size_t offset = position - kHeaderBytes;
  if (offset < max_payload_) {
    sink_.Store({header_[0], header_[1], Load<uint16_t>(header_ + 2), 0}, offset, byte);
  }
}

bool FrameReader::Finish(Frame* frame) {
  if (decoded_ > kHeaderBytes + max_payload_ + kCrcBytes) {
    ++counts_.oversized;
    return false;
  }
  if (to_come_ > 0) {
    ++counts_.bad_cobs;
    return false;
  }
  if (decoded_ < kHeaderBytes + kCrcBytes) {
    ++counts_.truncated;
    return false;
  }
  if (crc_.value() != Load<uint32_t>(last_)) {
    ++counts_.bad_crc;
    return false;
  }
  ++counts_.good;
  *frame = {header_[0], header_[1], Load<uint16_t>(header_ + 2),
            decoded_ - kHeaderBytes - kCrcBytes};
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
