#include "thumb.h"

static int is_wide(uint32_t first) { return first >= 0xE800; }

static uint32_t hint(uint32_t operation) {
  switch (operation) {
    case 2:
      return FLAG_WFE;
    case 3:
      return FLAG_WFI;
    case 4:
      return FLAG_SEV;
    default:
      return 0;
  }
}

/* flags_of() in thumb.py, which names the encodings */
uint32_t flags_of(uint32_t first, uint32_t second) {
  if (!is_wide(first)) {
    if ((first & 0xFF0F) == 0xBF00) return hint(first >> 4 & 0xF);
    return (first & 0xFFE8) == 0xB660 ? FLAG_MASKS : 0;
  }
  if (first == 0xF3AF && (second & 0xFF00) == 0x8000) return hint(second & 0xFF);
  if ((first & 0xFFE0) == 0xF380 && (second & 0xD000) == 0x8000) return FLAG_MASKS;
  if ((first & 0xEC00) == 0xEC00 && (second >> 8 & 0xE) == 0xA) return FLAG_FLOAT;
  if ((first & 0xFFD0) == 0xFB90 && (second & 0xF0) == 0xF0) return FLAG_DIVIDE;
  return 0;
}

uint32_t scan(const uint8_t *code, uint32_t size, uint32_t *instructions) {
  uint32_t offset = 0, flags = 0;
  for (*instructions = 0; offset + 2 <= size; ++*instructions) {
    uint32_t first = halfword(code + offset), second = 0, width = 2;
    if (is_wide(first) && offset + 4 <= size) {
      second = halfword(code + offset + 2);
      width = 4;
    }
    flags |= flags_of(first, second);
    offset += width;
  }
  return flags;
}
