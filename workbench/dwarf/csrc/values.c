#include "values.h"

enum { ADDRESS_BYTES = 4 };

static Value block(Cursor *c, uint64_t form, uint64_t bytes) {
  Value value = {form, bytes, c->at};
  skip(c, bytes);
  return value;
}

Value read_value(const Context *in, Cursor *c, uint64_t form, int64_t constant) {
  Value value = {form, 0, c->at};
  switch (form) {
    case DW_FORM_flag_present:
      value.number = 1;
      return value;
    case DW_FORM_implicit_const:
      value.number = (uint64_t)constant;
      return value;
    case DW_FORM_data1:
    case DW_FORM_ref1:
    case DW_FORM_flag:
    case DW_FORM_strx1:
    case DW_FORM_addrx1:
      value.number = read_number(c, 1);
      return value;
    case DW_FORM_data2:
    case DW_FORM_ref2:
    case DW_FORM_strx2:
    case DW_FORM_addrx2:
      value.number = read_number(c, 2);
      return value;
    case DW_FORM_strx3:
    case DW_FORM_addrx3:
      value.number = read_number(c, 3);
      return value;
    case DW_FORM_data4:
    case DW_FORM_ref4:
    case DW_FORM_strx4:
    case DW_FORM_addrx4:
    case DW_FORM_ref_sup4:
      value.number = read_number(c, 4);
      return value;
    case DW_FORM_data8:
    case DW_FORM_ref8:
    case DW_FORM_ref_sig8:
    case DW_FORM_ref_sup8:
      value.number = read_number(c, 8);
      return value;
    case DW_FORM_data16:
      return block(c, form, 16);
    case DW_FORM_addr:
      value.number = read_number(c, ADDRESS_BYTES);
      return value;
    case DW_FORM_sec_offset:
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
      value.number = read_number(c, in->wide);
      return value;
    case DW_FORM_ref_addr: /* the size of an address in DWARF 2 */
      value.number = read_number(c, in->version == 2 ? ADDRESS_BYTES : in->wide);
      return value;
    case DW_FORM_udata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
      value.number = read_uleb(c);
      return value;
    case DW_FORM_sdata:
      value.number = (uint64_t)read_sleb(c);
      return value;
    case DW_FORM_string:
      read_string(c);
      return value;
    case DW_FORM_block1:
      return block(c, form, read_number(c, 1));
    case DW_FORM_block2:
      return block(c, form, read_number(c, 2));
    case DW_FORM_block4:
      return block(c, form, read_number(c, 4));
    case DW_FORM_block:
    case DW_FORM_exprloc:
      return block(c, form, read_uleb(c));
    default: /* how long it is, is not known */
      c->bad = 1;
      return value;
  }
}

static const char *string_at(Section section, uint64_t offset) {
  Cursor c = cursor_at(section, offset);
  return read_string(&c);
}

const char *string_of(const Reader *r, const Context *in, Value value) {
  const Sections *s = &r->sections;
  switch (value.form) {
    case DW_FORM_string:
      return (const char *)value.bytes; /* its end was seen when it was read */
    case DW_FORM_strp:
      return string_at(s->str, value.number);
    case DW_FORM_line_strp:
      return string_at(s->line_str, value.number);
    case DW_FORM_strx:
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4: {
      if (value.number > s->str_offsets.size) return NULL;
      Cursor c = cursor_at(s->str_offsets, in->str_offsets_base + value.number * in->wide);
      uint64_t offset = read_number(&c, in->wide);
      return c.bad ? NULL : string_at(s->str, offset);
    }
    default:
      return NULL;
  }
}

uint64_t indexed_address(const Reader *r, const Context *in, uint64_t index) {
  if (index > r->sections.addr.size) return 0;
  Cursor c = cursor_at(r->sections.addr, in->addr_base + index * ADDRESS_BYTES);
  return read_number(&c, ADDRESS_BYTES);
}

int is_address(Value value) {
  switch (value.form) {
    case DW_FORM_addr:
    case DW_FORM_addrx:
    case DW_FORM_addrx1:
    case DW_FORM_addrx2:
    case DW_FORM_addrx3:
    case DW_FORM_addrx4:
      return 1;
    default:
      return 0;
  }
}

uint64_t address_of(const Reader *r, const Context *in, Value value) {
  if (!is_address(value)) return 0;
  return value.form == DW_FORM_addr ? value.number : indexed_address(r, in, value.number);
}
