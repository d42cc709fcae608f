#include "units.h"

#include <stdlib.h>
#include <string.h>

/* DWARF 5, table 7.5 */
enum {
  DW_AT_sibling = 0x01,
  DW_AT_name = 0x03,
  DW_AT_stmt_list = 0x10,
  DW_AT_low_pc = 0x11,
  DW_AT_high_pc = 0x12,
  DW_AT_abstract_origin = 0x31,
  DW_AT_specification = 0x47,
  DW_AT_ranges = 0x55,
  DW_AT_linkage_name = 0x6E,
  DW_AT_str_offsets_base = 0x72,
  DW_AT_addr_base = 0x73,
  DW_AT_rnglists_base = 0x74,
  DW_AT_MIPS_linkage_name = 0x2007 /* what DWARF 4 took over as DW_AT_linkage_name */
};

/* DWARF 5, table 7.2 */
enum { DW_UT_type = 2, DW_UT_skeleton = 4, DW_UT_split_compile = 5, DW_UT_split_type = 6 };

Unit *unit_at(const Reader *r, size_t index) { return (Unit *)r->units.items + index; }

static int read_header(Cursor *c, Unit *unit) {
  unit->in.version = (unsigned)read_number(c, 2);
  if (unit->in.version < 2 || unit->in.version > 5) return DAMAGED;
  unsigned type = 0, address_bytes = 0;
  if (unit->in.version == 5) {
    type = (unsigned)read_number(c, 1);
    address_bytes = (unsigned)read_number(c, 1);
  }
  unit->abbrev_offset = read_number(c, unit->in.wide);
  if (unit->in.version < 5) address_bytes = (unsigned)read_number(c, 1);
  if (type == DW_UT_skeleton || type == DW_UT_split_compile) skip(c, 8);
  if (type == DW_UT_type || type == DW_UT_split_type) skip(c, 8 + unit->in.wide);
  unit->die = c->at;
  return !c->bad && address_bytes == 4;
}

int read_units(Reader *r) {
  Cursor c = cursor_at(r->sections.info, 0);
  while (c.at < c.end) {
    Unit unit;
    memset(&unit, 0, sizeof unit);
    unit.start = c.at;
    unit.offset = (uint64_t)(c.at - r->sections.info.data);
    unit.abbreviations.item_bytes = sizeof(Abbreviation);
    unit.attributes.item_bytes = sizeof(Attribute);
    Cursor body = read_unit_length(&c, &unit.in.wide);
    unit.end = body.end;
    if (body.bad || !read_header(&body, &unit) || !list_add(r, &r->units, &unit)) return DAMAGED;
  }
  return OK;
}

void free_units(Reader *r) {
  for (size_t i = 0; i < r->units.count; i++) {
    free(unit_at(r, i)->abbreviations.items);
    free(unit_at(r, i)->attributes.items);
  }
  free(r->units.items);
}

static int read_abbreviations(Reader *r, Unit *unit) {
  if (unit->has_abbreviations) return OK;
  unit->has_abbreviations = 1;
  Cursor c = cursor_at(r->sections.abbrev, unit->abbrev_offset);
  for (;;) {
    Abbreviation one = {read_uleb(&c), 0, 0, (uint32_t)unit->attributes.count, 0};
    if (!one.code) return !c.bad;
    one.tag = read_uleb(&c);
    one.has_children = read_number(&c, 1) != 0;
    for (;;) {
      Attribute attribute = {read_uleb(&c), 0, 0};
      attribute.form = read_uleb(&c);
      if (attribute.form == DW_FORM_implicit_const) attribute.constant = read_sleb(&c);
      if (c.bad || !is_affordable(r, 1)) return DAMAGED;
      if (!attribute.name && !attribute.form) break;
      if (!list_add(r, &unit->attributes, &attribute)) return DAMAGED;
      one.count++;
    }
    if (!list_add(r, &unit->abbreviations, &one)) return DAMAGED;
  }
}

static const Abbreviation *find_abbreviation(const Unit *unit, uint64_t code) {
  const Abbreviation *all = unit->abbreviations.items;
  if (code <= unit->abbreviations.count && all[code - 1].code == code) return &all[code - 1];
  for (size_t i = 0; i < unit->abbreviations.count; i++)
    if (all[i].code == code) return &all[i];
  return NULL;
}

static Value *member(Unit *unit, Entry *entry, uint64_t name, Value value) {
  switch (name) {
    case DW_AT_sibling:
      return &entry->sibling;
    case DW_AT_name:
      return &entry->name;
    case DW_AT_linkage_name:
    case DW_AT_MIPS_linkage_name:
      return &entry->linkage_name;
    case DW_AT_low_pc:
      return &entry->low_pc;
    case DW_AT_high_pc:
      return &entry->high_pc;
    case DW_AT_ranges:
      return &entry->ranges;
    case DW_AT_abstract_origin:
      return &entry->origin;
    case DW_AT_specification:
      return &entry->specification;
    case DW_AT_stmt_list:
      return &entry->stmt_list;
    case DW_AT_str_offsets_base:
      unit->in.str_offsets_base = value.number;
      return NULL;
    case DW_AT_addr_base:
      unit->in.addr_base = value.number;
      return NULL;
    case DW_AT_rnglists_base:
      unit->in.rnglists_base = value.number;
      return NULL;
    default:
      return NULL;
  }
}

int read_entry(Reader *r, Unit *unit, Cursor *c, Entry *entry) {
  memset(entry, 0, sizeof *entry);
  uint64_t code = read_uleb(c);
  if (c->bad || !is_affordable(r, 1)) return DAMAGED;
  if (!code) return OK;
  const Abbreviation *abbreviation = find_abbreviation(unit, code);
  if (!abbreviation) return DAMAGED;
  entry->tag = abbreviation->tag;
  entry->has_children = abbreviation->has_children;
  const Attribute *attribute = (const Attribute *)unit->attributes.items + abbreviation->first;
  for (uint32_t i = 0; i < abbreviation->count; i++, attribute++) {
    uint64_t form = attribute->form;
    if (form == DW_FORM_indirect) form = read_uleb(c);
    Value value = read_value(&unit->in, c, form, attribute->constant);
    Value *kept = member(unit, entry, attribute->name, value);
    if (kept) *kept = value;
  }
  return !c->bad && is_affordable(r, abbreviation->count);
}

int open_unit(Reader *r, Unit *unit, Entry *top) {
  if (!read_abbreviations(r, unit)) return DAMAGED;
  Cursor c = cursor_within(unit->die, unit->end);
  if (!read_entry(r, unit, &c, top)) return DAMAGED;
  unit->low_pc = address_of(r, &unit->in, top->low_pc);
  return OK;
}

static Unit *unit_of(const Reader *r, uint64_t offset) {
  size_t low = 0, high = r->units.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (unit_at(r, middle)->offset <= offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? unit_at(r, low - 1) : NULL;
}

int follow(Reader *r, const Unit *unit, Value reference, Unit **found, Cursor *c) {
  uint64_t offset = reference.number;
  switch (reference.form) {
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
    case DW_FORM_ref_udata:
      offset += unit->offset;
      break;
    case DW_FORM_ref_addr:
      break;
    default: /* into a type unit, or into another file */
      return DAMAGED;
  }
  Unit *other = unit_of(r, offset);
  if (!other || offset >= r->sections.info.size) return DAMAGED;
  Entry top;
  if (!other->has_abbreviations && !open_unit(r, other, &top)) return DAMAGED;
  const uint8_t *at = r->sections.info.data + offset;
  if (at < other->die || at >= other->end) return DAMAGED;
  *c = cursor_within(at, other->end);
  *found = other;
  return OK;
}
