#ifndef FIRMWARE_APP_CRC32_H_
#define FIRMWARE_APP_CRC32_H_

#include <cstddef>
#include <cstdint>

namespace app {

// The CRC-32 of zlib and IEEE 802.3: polynomial 0x04C11DB7, reflected, initial value and final
// XOR 0xFFFFFFFF. Data may come in pieces.
class Crc32 {
 public:
  void Add(const uint8_t* data, size_t size);
  uint32_t value() const { return ~state_; }

 private:
  uint32_t state_ = 0xFFFFFFFF;
};

}  // namespace app

#endif  // FIRMWARE_APP_CRC32_H_
