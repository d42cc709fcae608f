/* What the tracer must know about Thumb code; the twin of armv7m/thumb. */
#ifndef WORKBENCH_THUMB_H
#define WORKBENCH_THUMB_H

#include <stdint.h>

/* BlockFlag in flags.py */
enum {
  FLAG_WFI = 1,
  FLAG_WFE = 2,
  FLAG_SEV = 4,
  FLAG_MASKS = 8,
  FLAG_FLOAT = 16,
  FLAG_DIVIDE = 32,
  FLAG_MULTIPLE = 64,
  FLAG_CONTROL = 128,
  FLAG_EXCLUSIVE = 256,
  FLAG_BASEPRI = 512,
  FLAG_BASEPRI_MAX = 1024,
  FLAG_FAULTMASK = 2048,
  FLAG_STACK = 4096
};

static inline uint32_t halfword(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

/* The flags of one instruction; `second` is 0 for a narrow one. */
uint32_t flags_of(uint32_t first, uint32_t second);

/* Rn of an instruction with FLAG_MULTIPLE. */
uint32_t base_register(uint32_t first);

/* Count the instructions in `code` and return their flags, all together. */
uint32_t scan(const uint8_t *code, uint32_t size, uint32_t *instructions);

#endif
