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

uint32_t base_register(uint32_t first) { return is_wide(first) ? first & 0xF : first >> 8 & 7; }

/* P, U and W of VLDR, VSTR, VLDM and VSTM (A6.6): all but 000, 001 and 111. */
enum { FLOAT_SHAPES = 0x7C };

/* Of Instruction.flags, MULTIPLE; `first` begins an instruction of 32 bits. */
static int is_multiple(uint32_t first) {
  uint32_t base = first & 0xF, direction = first >> 7 & 3;
  uint32_t shape = direction << 1 | (first >> 5 & 1);
  if (base == 13 || base == 15) return 0;
  if ((first & 0xFE40) == 0xE800) return direction == 1 || direction == 2;
  if ((first & 0xFE40) == 0xE840) return (first & 0x0120) != 0;
  return (first & 0xFE00) == 0xEC00 && (FLOAT_SHAPES >> shape & 1);
}

/* flags_of_special() in flags.py */
static uint32_t special(uint32_t sysm) {
  switch (sysm) {
    case 8:
    case 9:
      return FLAG_STACK;
    case 16:
      return FLAG_MASKS;
    case 19:
      return FLAG_MASKS | FLAG_FAULTMASK;
    case 17:
      return FLAG_MASKS | FLAG_BASEPRI;
    case 18:
      return FLAG_MASKS | FLAG_BASEPRI_MAX;
    default:
      return sysm == 20 ? FLAG_CONTROL : 0;
  }
}

/* Operation.LDREX */
static int is_exclusive_load(uint32_t first, uint32_t second) {
  uint32_t operation = second >> 4 & 0xF;
  if ((first & 0xFFF0) == 0xE850) return 1;
  return (first & 0xFFF0) == 0xE8D0 && (operation == 4 || operation == 5);
}

/* Instruction.flags of armv7m/thumb, which names the encodings */
uint32_t flags_of(uint32_t first, uint32_t second) {
  if (!is_wide(first)) {
    if ((first & 0xFF0F) == 0xBF00) return hint(first >> 4 & 0xF);
    if ((first & 0xF000) == 0xC000) return FLAG_MULTIPLE;
    if ((first & 0xFFE8) != 0xB660) return 0;
    return FLAG_MASKS | (first & 1 ? FLAG_FAULTMASK : 0);
  }
  if (first == 0xF3AF && (second & 0xFF00) == 0x8000) return hint(second & 0xFF);
  if ((first & 0xFFE0) == 0xF380 && (second & 0xD000) == 0x8000) return special(second & 0xFF);
  if ((first & 0xEC00) == 0xEC00 && (second >> 8 & 0xE) == 0xA)
    return FLAG_FLOAT | (is_multiple(first) ? FLAG_MULTIPLE : 0);
  if ((first & 0xFE00) == 0xE800) {
    if (is_multiple(first)) return FLAG_MULTIPLE;
    return is_exclusive_load(first, second) ? FLAG_EXCLUSIVE : 0;
  }
  if ((first & 0xFFD0) == 0xFB90 && (second & 0xF0) == 0xF0) return FLAG_DIVIDE;
  return 0;
}

uint32_t scan(const uint8_t *code, uint32_t size, uint32_t *instructions) {
  uint32_t offset = 0, flags = 0;
  for (*instructions = 0; offset + 2 <= size; ++*instructions) {
    uint32_t first = halfword(code + offset), second = 0, width = 2;
    int is_whole = 1;
    if (is_wide(first)) {
      is_whole = offset + 4 <= size;
      if (is_whole) second = halfword(code + offset + 2), width = 4;
    }
    if (is_whole) flags |= flags_of(first, second); /* the end of the code may cut one off */
    offset += width;
  }
  return flags;
}
