#include "units.h"

/* DWARF 5, table 7.30 */
enum {
  DW_RLE_end_of_list = 0,
  DW_RLE_base_addressx = 1,
  DW_RLE_startx_endx = 2,
  DW_RLE_startx_length = 3,
  DW_RLE_offset_pair = 4,
  DW_RLE_base_address = 5,
  DW_RLE_start_end = 6,
  DW_RLE_start_length = 7
};

/* DWARF 4, section 2.17.3 */
static int ranges_before_5(Reader *r, const Unit *unit, uint64_t offset, SeeRange see, void *to) {
  Cursor c = cursor_at(r->sections.ranges, offset);
  uint64_t base = unit->low_pc;
  for (;;) {
    uint64_t start = read_number(&c, 4), end = read_number(&c, 4);
    if (c.bad || !is_affordable(r, 1)) return DAMAGED;
    if (!start && !end) return OK;
    if (start == 0xFFFFFFFF)
      base = end;
    else if (!see(to, base + start, base + end))
      return DAMAGED;
  }
}

/* DWARF 5, section 2.17.3 */
static int ranges_of_5(Reader *r, const Unit *unit, uint64_t offset, SeeRange see, void *to) {
  Cursor c = cursor_at(r->sections.rnglists, offset);
  uint64_t base = unit->low_pc;
  for (;;) {
    uint64_t start, end;
    switch (read_number(&c, 1)) {
      case DW_RLE_end_of_list:
        return !c.bad;
      case DW_RLE_base_addressx:
        base = indexed_address(r, &unit->in, read_uleb(&c));
        continue;
      case DW_RLE_base_address:
        base = read_number(&c, 4);
        continue;
      case DW_RLE_startx_endx:
        start = indexed_address(r, &unit->in, read_uleb(&c));
        end = indexed_address(r, &unit->in, read_uleb(&c));
        break;
      case DW_RLE_startx_length:
        start = indexed_address(r, &unit->in, read_uleb(&c));
        end = start + read_uleb(&c);
        break;
      case DW_RLE_offset_pair:
        start = base + read_uleb(&c);
        end = base + read_uleb(&c);
        break;
      case DW_RLE_start_end:
        start = read_number(&c, 4);
        end = read_number(&c, 4);
        break;
      case DW_RLE_start_length:
        start = read_number(&c, 4);
        end = start + read_uleb(&c);
        break;
      default:
        return DAMAGED;
    }
    if (c.bad || !is_affordable(r, 1) || !see(to, start, end)) return DAMAGED;
  }
}

int for_ranges(Reader *r, const Unit *unit, const Entry *entry, SeeRange see, void *to) {
  if (entry->ranges.form) {
    uint64_t offset = entry->ranges.number;
    if (unit->in.version < 5) return ranges_before_5(r, unit, offset, see, to);
    if (entry->ranges.form == DW_FORM_rnglistx) {
      if (offset > r->sections.rnglists.size) return DAMAGED;
      Cursor c = cursor_at(r->sections.rnglists, unit->in.rnglists_base + offset * unit->in.wide);
      offset = unit->in.rnglists_base + read_number(&c, unit->in.wide);
      if (c.bad) return DAMAGED;
    }
    return ranges_of_5(r, unit, offset, see, to);
  }
  if (!entry->low_pc.form || !entry->high_pc.form) return OK;
  uint64_t start = address_of(r, &unit->in, entry->low_pc), high = entry->high_pc.number;
  if (is_address(entry->high_pc)) high = address_of(r, &unit->in, entry->high_pc) - start;
  return see(to, start, start + high);
}
