#include "inlines.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ORIGINS = 8 /* a chain of abstract origins is two or three long */ };

typedef struct {
  const Reader *reader;
  int any;
} Wanted;

static int see_unit(void *context, uint64_t start, uint64_t end) {
  Wanted *wanted = context;
  wanted->any |= has_any(wanted->reader, start, end);
  return OK;
}

static int see_function(void *context, uint64_t start, uint64_t end) {
  return is_dropped(start) ? OK : see_unit(context, start, end);
}

int is_wanted(Reader *r, const Unit *unit, const Entry *top, int *wanted) {
  Wanted found = {r, 0};
  if (top->tag != DW_TAG_compile_unit && top->tag != DW_TAG_skeleton_unit) {
    *wanted = 0;
    return OK;
  }
  int says_where = top->ranges.form || (top->low_pc.form && top->high_pc.form);
  if (says_where && !for_ranges(r, unit, top, see_unit, &found)) return DAMAGED;
  *wanted = found.any || !says_where;
  return OK;
}

static const char *name_of(Reader *r, Unit *unit, const Entry *entry) {
  Entry at = *entry;
  for (int i = 0; i < MOST_ORIGINS; i++) {
    const char *name = string_of(r, &unit->in, at.linkage_name);
    if (!name) name = string_of(r, &unit->in, at.name);
    if (name) return name;
    Value next = at.origin.form ? at.origin : at.specification;
    Cursor c;
    if (!next.form || !follow(r, unit, next, &unit, &c) || !read_entry(r, unit, &c, &at)) break;
  }
  return "?";
}

/* Names are few, and the same string mostly lies at the same place. */
static int32_t intern(Reader *r, const char *name) {
  const char *const *names = r->names.items;
  for (size_t i = 0; i < r->names.count; i++)
    if (names[i] == name) return (int32_t)i;
  for (size_t i = 0; i < r->names.count; i++)
    if (!strcmp(names[i], name)) return (int32_t)i;
  if (!list_add(r, &r->names, &name)) return -1;
  return (int32_t)(r->names.count - 1);
}

typedef struct {
  Reader *reader;
  Unit *unit;
  const Entry *entry;
  int32_t name; /* -1: not looked up */
} Call;

static int see_call(void *context, uint64_t start, uint64_t end) {
  Call *call = context;
  Reader *r = call->reader;
  if (is_dropped(start) || !has_any(r, start, end)) return OK;
  if (call->name < 0) call->name = intern(r, name_of(r, call->unit, call->entry));
  Inlined one = {(uint32_t)start, (uint32_t)end, (uint32_t)r->inlined.count, call->name};
  return call->name >= 0 && is_affordable(r, r->names.count) && list_add(r, &r->inlined, &one);
}

/* Go behind the children of an entry that was just read. */
static int skip_children(Reader *r, Unit *unit, Cursor *c, const Entry *entry) {
  if (entry->sibling.form) {
    Unit *same = unit;
    Cursor behind;
    if (!follow(r, unit, entry->sibling, &same, &behind)) return DAMAGED;
    if (same != unit || behind.at <= c->at) return DAMAGED;
    c->at = behind.at;
    return OK;
  }
  for (int depth = 1; depth;) {
    Entry child;
    if (!read_entry(r, unit, c, &child)) return DAMAGED;
    depth += !child.tag ? -1 : child.has_children != 0;
  }
  return OK;
}

int read_inlined(Reader *r, Unit *unit, const Entry *top) {
  if (!top->has_children) return OK;
  Cursor c = cursor_within(unit->die, unit->end);
  Entry entry;
  if (!read_entry(r, unit, &c, &entry)) return DAMAGED;
  for (int depth = 1; depth;) {
    if (!read_entry(r, unit, &c, &entry)) return DAMAGED;
    if (!entry.tag) {
      depth--;
      continue;
    }
    int passed_over = 0;
    if (entry.tag == DW_TAG_inlined_subroutine) {
      size_t before = r->inlined.count;
      Call call = {r, unit, &entry, -1};
      if (!for_ranges(r, unit, &entry, see_call, &call)) return DAMAGED;
      passed_over = r->inlined.count == before;
    } else if (entry.tag == DW_TAG_subprogram) {
      Wanted wanted = {r, 0};
      if (!for_ranges(r, unit, &entry, see_function, &wanted)) return DAMAGED;
      passed_over = !wanted.any;
    }
    if (!entry.has_children) continue;
    if (!passed_over)
      depth++;
    else if (!skip_children(r, unit, &c, &entry))
      return DAMAGED;
  }
  return OK;
}

/* Callers lie around what they call; where both are as long, the caller was read first. */
static int by_start(const void *left, const void *right) {
  const Inlined *a = left, *b = right;
  if (a->start != b->start) return a->start < b->start ? -1 : 1;
  if (a->end != b->end) return a->end > b->end ? -1 : 1;
  return a->order < b->order ? -1 : 1;
}

static int add_chain(Reader *r, List *chains, const List *open) {
  static const int32_t end = -1;
  const Inlined *calls = open->items;
  for (size_t i = 0; i < open->count; i++)
    if (!list_add(r, chains, &calls[i].name)) return DAMAGED;
  return list_add(r, chains, &end);
}

static size_t close_calls(List *open, uint32_t address) {
  Inlined *calls = open->items;
  size_t left = 0, before = open->count;
  for (size_t i = 0; i < open->count; i++)
    if (calls[i].end > address) calls[left++] = calls[i];
  open->count = left;
  return before - left;
}

static int chain_each(Reader *r, List *chains, List *open) {
  const Inlined *calls = r->inlined.items;
  size_t next = 0;
  int32_t current = 0, count = 1;
  for (size_t i = 0; i < r->count; i++) {
    size_t changes = close_calls(open, r->addresses[i]);
    for (; next < r->inlined.count && calls[next].start <= r->addresses[i]; next++) {
      if (calls[next].end <= r->addresses[i]) continue;
      if (!list_add(r, open, &calls[next])) return DAMAGED;
      changes++;
    }
    if (changes && open->count && !add_chain(r, chains, open)) return DAMAGED;
    if (changes) current = open->count ? count++ : 0;
    if (!is_affordable(r, open->count)) return DAMAGED;
    r->places[i].chain = current;
  }
  return OK;
}

int chain_places(Reader *r, List *chains) {
  List open = {NULL, 0, 0, sizeof(Inlined)};
  if (r->inlined.count) qsort(r->inlined.items, r->inlined.count, sizeof(Inlined), by_start);
  int good = add_chain(r, chains, &open) && chain_each(r, chains, &open);
  free(open.items);
  return good;
}
