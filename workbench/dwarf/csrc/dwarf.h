/* What the parts of the reader share: sections, a cursor that cannot leave its bytes, and what is
 * found. Names and numbers are those of the DWARF standard, versions 2 to 5.
 *
 * The twin of portable.py: the same places for the same file. Little-endian, 32-bit addresses.
 */
#ifndef WORKBENCH_DWARF_H
#define WORKBENCH_DWARF_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t *data;
  size_t size;
} Section;

typedef struct {
  Section info, abbrev, line, str, line_str, ranges, rnglists, addr, str_offsets;
} Sections;

/* Reading beyond the end gives zeros and sets `bad`. */
typedef struct {
  const uint8_t *at, *end;
  int bad;
} Cursor;

Cursor cursor_at(Section section, uint64_t offset);
Cursor cursor_within(const uint8_t *start, const uint8_t *end);
uint64_t read_number(Cursor *c, unsigned bytes);
uint64_t read_uleb(Cursor *c);
int64_t read_sleb(Cursor *c);
const char *read_string(Cursor *c); /* NULL if it has no end */
void skip(Cursor *c, uint64_t bytes);

/* Read the length at the start of a unit; return the cursor of the unit's contents. `wide` is set
 * to the bytes of an offset in it: 4, or 8 for the 64-bit format. */
Cursor read_unit_length(Cursor *c, unsigned *wide);

enum { NO_LINE = 0 };

/* Where one address comes from. */
typedef struct {
  int32_t file; /* index into `files` */
  int32_t line; /* NO_LINE where it is not known */
  int32_t chain;
} Place;

/* A call that the compiler replaced by the code at [start, end). */
typedef struct {
  uint32_t start, end, order;
  int32_t name;
} Inlined;

typedef struct {
  const char *directory; /* NULL for none */
  const char *name;
} File;

/* A list that grows; items are copied in. */
typedef struct {
  void *items;
  size_t count, room, item_bytes;
} List;

typedef struct {
  Sections sections;
  const uint32_t *addresses; /* ascending */
  size_t count;
  Place *places; /* of each address */
  List files;    /* File */
  List inlined;  /* Inlined */
  List names;    /* const char *: mangled where the compiler did so */
  List units;    /* Unit */
  uint64_t work; /* done so far: damaged input must not keep us for long */
  int out_of_memory;
} Reader;

enum { OK = 1, DAMAGED = 0 };

/* Append a copy of `item`; DAMAGED, with out_of_memory set, if there is no room. */
int list_add(Reader *r, List *list, const void *item);

/* Count `amount` of work; DAMAGED when it is more than any sound file needs. */
int is_affordable(Reader *r, uint64_t amount);

/* Index of the first address that is not below `address`. */
size_t first_from(const Reader *r, uint64_t address);

/* Is any of the addresses in [start, end)? */
int has_any(const Reader *r, uint64_t start, uint64_t end);

/* What lies at 0 was dropped by the linker: a vector table is there or nothing. */
int is_dropped(uint64_t start);

#endif
