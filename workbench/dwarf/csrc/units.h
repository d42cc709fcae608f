/* Compilation units and their debugging information entries (DWARF 5, section 7.5). */
#ifndef WORKBENCH_UNITS_H
#define WORKBENCH_UNITS_H

#include "values.h"

enum {
  DW_TAG_compile_unit = 0x11,
  DW_TAG_inlined_subroutine = 0x1D,
  DW_TAG_subprogram = 0x2E,
  DW_TAG_skeleton_unit = 0x4A
};

typedef struct {
  uint64_t code, tag;
  int has_children;
  uint32_t first, count; /* of its attributes in Unit.attributes */
} Abbreviation;

typedef struct {
  uint64_t name, form;
  int64_t constant; /* DW_FORM_implicit_const */
} Attribute;

typedef struct {
  uint64_t offset;                  /* of the unit in .debug_info */
  const uint8_t *start, *die, *end; /* of the unit, its first entry, and its end */
  Context in;
  uint64_t abbrev_offset;
  int has_abbreviations;
  List abbreviations, attributes;
  uint64_t low_pc;
} Unit;

/* The attributes of an entry that matter here. */
typedef struct {
  uint64_t tag; /* 0: the end of a list of children */
  int has_children;
  Value sibling, name, linkage_name, low_pc, high_pc, ranges, origin, specification, stmt_list;
} Entry;

/* Find all units. */
int read_units(Reader *r);
Unit *unit_at(const Reader *r, size_t index);

/* Read the abbreviations of a unit and the attributes of its first entry, which other forms need.
 * DAMAGED for what is unknown, too. */
int open_unit(Reader *r, Unit *unit, Entry *top);

int read_entry(Reader *r, Unit *unit, Cursor *c, Entry *entry);

/* Find the entry that a reference from `unit` names, and the unit that it is in. */
int follow(Reader *r, const Unit *unit, Value reference, Unit **found, Cursor *c);

/* Call `see` with each range of an entry until it gives 0. */
typedef int (*SeeRange)(void *context, uint64_t start, uint64_t end);
int for_ranges(Reader *r, const Unit *unit, const Entry *entry, SeeRange see, void *context);

void free_units(Reader *r);

#endif
