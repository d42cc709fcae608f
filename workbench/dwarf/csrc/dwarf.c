#include "dwarf.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t MOST_WORK = 1ull << 28;
static const uint64_t FIRST_CODE = 8; /* behind the initial stack pointer and the reset vector */

Cursor cursor_within(const uint8_t *start, const uint8_t *end) {
  Cursor c = {start, end, 0};
  return c;
}

Cursor cursor_at(Section section, uint64_t offset) {
  Cursor c = {section.data, section.data + section.size, 0};
  skip(&c, offset);
  return c;
}

void skip(Cursor *c, uint64_t bytes) {
  if (bytes > (uint64_t)(c->end - c->at)) {
    c->bad = 1;
    c->at = c->end;
  } else {
    c->at += bytes;
  }
}

uint64_t read_number(Cursor *c, unsigned bytes) {
  uint64_t value = 0;
  if ((size_t)(c->end - c->at) < bytes) {
    c->bad = 1;
    c->at = c->end;
    return 0;
  }
  for (unsigned i = 0; i < bytes; i++) value |= (uint64_t)c->at[i] << 8 * i;
  c->at += bytes;
  return value;
}

uint64_t read_uleb(Cursor *c) {
  uint64_t value = 0;
  for (unsigned shift = 0; c->at < c->end; shift += 7) {
    uint8_t byte = *c->at++;
    if (shift < 64) value |= (uint64_t)(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return value;
  }
  c->bad = 1;
  return 0;
}

int64_t read_sleb(Cursor *c) {
  uint64_t value = 0;
  for (unsigned shift = 0; c->at < c->end;) {
    uint8_t byte = *c->at++;
    if (shift < 64) value |= (uint64_t)(byte & 0x7F) << shift;
    shift += 7;
    if (byte & 0x80) continue;
    if (byte & 0x40 && shift < 64) value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
  }
  c->bad = 1;
  return 0;
}

const char *read_string(Cursor *c) {
  const uint8_t *start = c->at;
  const uint8_t *zero = memchr(start, 0, (size_t)(c->end - start));
  if (!zero) {
    c->bad = 1;
    c->at = c->end;
    return NULL;
  }
  c->at = zero + 1;
  return (const char *)start;
}

Cursor read_unit_length(Cursor *c, unsigned *wide) {
  uint64_t length = read_number(c, 4);
  *wide = 4;
  if (length == 0xFFFFFFFF) {
    length = read_number(c, 8);
    *wide = 8;
  }
  const uint8_t *start = c->at;
  skip(c, length);
  Cursor unit = {start, c->at, c->bad};
  return unit;
}

int list_add(Reader *r, List *list, const void *item) {
  if (list->count == list->room) {
    size_t room = list->room ? 2 * list->room : 64;
    void *items = realloc(list->items, room * list->item_bytes);
    if (!items) {
      r->out_of_memory = 1;
      return DAMAGED;
    }
    list->items = items;
    list->room = room;
  }
  memcpy((char *)list->items + list->count++ * list->item_bytes, item, list->item_bytes);
  return OK;
}

int is_affordable(Reader *r, uint64_t amount) { return (r->work += amount) < MOST_WORK; }

size_t first_from(const Reader *r, uint64_t address) {
  size_t low = 0, high = r->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (r->addresses[middle] < address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int has_any(const Reader *r, uint64_t start, uint64_t end) {
  size_t i = first_from(r, start);
  return i < r->count && r->addresses[i] < end;
}

int is_dropped(uint64_t start) { return start < FIRST_CODE; }
