/* Values of attributes, by their form (DWARF 5, section 7.5.6). */
#ifndef WORKBENCH_VALUES_H
#define WORKBENCH_VALUES_H

#include "dwarf.h"

/* DWARF 5, table 7.6, and GNU's .debug_altlink forms, which are not followed */
enum {
  DW_FORM_addr = 0x01,
  DW_FORM_block2 = 0x03,
  DW_FORM_block4 = 0x04,
  DW_FORM_data2 = 0x05,
  DW_FORM_data4 = 0x06,
  DW_FORM_data8 = 0x07,
  DW_FORM_string = 0x08,
  DW_FORM_block = 0x09,
  DW_FORM_block1 = 0x0A,
  DW_FORM_data1 = 0x0B,
  DW_FORM_flag = 0x0C,
  DW_FORM_sdata = 0x0D,
  DW_FORM_strp = 0x0E,
  DW_FORM_udata = 0x0F,
  DW_FORM_ref_addr = 0x10,
  DW_FORM_ref1 = 0x11,
  DW_FORM_ref2 = 0x12,
  DW_FORM_ref4 = 0x13,
  DW_FORM_ref8 = 0x14,
  DW_FORM_ref_udata = 0x15,
  DW_FORM_indirect = 0x16,
  DW_FORM_sec_offset = 0x17,
  DW_FORM_exprloc = 0x18,
  DW_FORM_flag_present = 0x19,
  DW_FORM_strx = 0x1A,
  DW_FORM_addrx = 0x1B,
  DW_FORM_ref_sup4 = 0x1C,
  DW_FORM_strp_sup = 0x1D,
  DW_FORM_data16 = 0x1E,
  DW_FORM_line_strp = 0x1F,
  DW_FORM_ref_sig8 = 0x20,
  DW_FORM_implicit_const = 0x21,
  DW_FORM_loclistx = 0x22,
  DW_FORM_rnglistx = 0x23,
  DW_FORM_ref_sup8 = 0x24,
  DW_FORM_strx1 = 0x25,
  DW_FORM_strx2 = 0x26,
  DW_FORM_strx3 = 0x27,
  DW_FORM_strx4 = 0x28,
  DW_FORM_addrx1 = 0x29,
  DW_FORM_addrx2 = 0x2A,
  DW_FORM_addrx3 = 0x2B,
  DW_FORM_addrx4 = 0x2C,
  DW_FORM_GNU_ref_alt = 0x1F20,
  DW_FORM_GNU_strp_alt = 0x1F21
};

/* A number, or where its bytes are. */
typedef struct {
  uint64_t form; /* 0: the entry does not have it */
  uint64_t number;
  const uint8_t *bytes;
} Value;

/* What the size and the meaning of a value depend on: the unit that it is in. */
typedef struct {
  unsigned version, wide; /* wide: bytes of an offset */
  uint64_t str_offsets_base, addr_base, rnglists_base;
} Context;

/* Read one value; a form that is not known makes the cursor bad. */
Value read_value(const Context *in, Cursor *c, uint64_t form, int64_t constant);

/* The string of a value, NULL where there is none. */
const char *string_of(const Reader *r, const Context *in, Value value);

/* The address of a value, 0 where it is none. */
uint64_t address_of(const Reader *r, const Context *in, Value value);
uint64_t indexed_address(const Reader *r, const Context *in, uint64_t index);
int is_address(Value value);

#endif
