#include "lines.h"

#include <stdlib.h>
#include <string.h>

/* DWARF 5, tables 7.25 to 7.27 */
enum {
  DW_LNS_copy = 1,
  DW_LNS_advance_pc = 2,
  DW_LNS_advance_line = 3,
  DW_LNS_set_file = 4,
  DW_LNS_const_add_pc = 8,
  DW_LNS_fixed_advance_pc = 9
};
enum { DW_LNE_end_sequence = 1, DW_LNE_set_address = 2 };
enum { DW_LNCT_path = 1, DW_LNCT_directory_index = 2 };

enum { MOST_FORMATS = 16, NOT_NOTED = -1 };

typedef struct {
  const char *path;
  uint64_t directory;
} Name;

typedef struct {
  Reader *reader;
  Context in;
  unsigned step, line_range, opcode_base;
  int line_base;
  const uint8_t *operands; /* how many each standard opcode takes */
  Cursor code;
  List directories, names; /* Name */
  List noted;              /* int32_t: each name's index in Reader.files, or NOT_NOTED */
} Program;

/* A row of the table, or the state that makes it. */
typedef struct {
  uint64_t address, file;
  int64_t line;
} Row;

typedef struct {
  uint64_t content, form;
} Format;

/* The list of directories or files of version 5. */
static int read_table_5(Program *p, Cursor *c, List *table) {
  Format formats[MOST_FORMATS];
  unsigned format_count = (unsigned)read_number(c, 1);
  if (format_count > MOST_FORMATS) return DAMAGED;
  for (unsigned i = 0; i < format_count; i++) {
    formats[i].content = read_uleb(c);
    formats[i].form = read_uleb(c);
  }
  uint64_t count = read_uleb(c);
  for (uint64_t i = 0; i < count; i++) {
    Name name = {NULL, 0};
    for (unsigned f = 0; f < format_count; f++) {
      Value value = read_value(&p->in, c, formats[f].form, 0);
      if (formats[f].content == DW_LNCT_path) name.path = string_of(p->reader, &p->in, value);
      if (formats[f].content == DW_LNCT_directory_index) name.directory = value.number;
    }
    if (c->bad || !is_affordable(p->reader, 1) || !list_add(p->reader, table, &name))
      return DAMAGED;
  }
  return OK;
}

/* Directory 0 is that of the compilation and not listed; file 0 is not used. */
static int read_tables_before_5(Program *p, Cursor *c) {
  Name none = {NULL, 0};
  if (!list_add(p->reader, &p->directories, &none)) return DAMAGED;
  if (!list_add(p->reader, &p->names, &none)) return DAMAGED;
  for (;;) {
    Name name = {read_string(c), 0};
    if (c->bad || !is_affordable(p->reader, 1)) return DAMAGED;
    if (!*name.path) break;
    if (!list_add(p->reader, &p->directories, &name)) return DAMAGED;
  }
  for (;;) {
    Name name = {read_string(c), 0};
    if (c->bad || !is_affordable(p->reader, 1)) return DAMAGED;
    if (!*name.path) return OK;
    name.directory = read_uleb(c);
    read_uleb(c); /* time */
    read_uleb(c); /* length */
    if (!list_add(p->reader, &p->names, &name)) return DAMAGED;
  }
}

static int read_header(Program *p, uint64_t offset) {
  Cursor section = cursor_at(p->reader->sections.line, offset);
  Cursor c = read_unit_length(&section, &p->in.wide);
  p->in.version = (unsigned)read_number(&c, 2);
  if (c.bad || p->in.version < 2 || p->in.version > 5) return DAMAGED;
  if (p->in.version == 5) skip(&c, 2); /* sizes of addresses and of segment selectors */
  uint64_t header_bytes = read_number(&c, p->in.wide);
  p->code = c;
  skip(&p->code, header_bytes);
  p->step = (unsigned)read_number(&c, 1);
  if (p->in.version >= 4) skip(&c, 1); /* operations an instruction: 1 on Arm */
  skip(&c, 1);                         /* is_stmt */
  p->line_base = (int8_t)read_number(&c, 1);
  p->line_range = (unsigned)read_number(&c, 1);
  p->opcode_base = (unsigned)read_number(&c, 1);
  p->operands = c.at;
  if (!p->line_range || !p->opcode_base) return DAMAGED;
  skip(&c, p->opcode_base - 1);
  if (c.bad || p->code.bad) return DAMAGED;
  if (p->in.version < 5) return read_tables_before_5(p, &c);
  return read_table_5(p, &c, &p->directories) && read_table_5(p, &c, &p->names);
}

/* Index in Reader.files of the file that a row names. */
static int32_t note_file(Program *p, uint64_t number) {
  static const File unknown = {NULL, "?"};
  Reader *r = p->reader;
  while (p->noted.count < p->names.count + 1) { /* the last is for numbers beyond the list */
    static const int32_t not_noted = NOT_NOTED;
    if (!list_add(r, &p->noted, &not_noted)) return NOT_NOTED;
  }
  if (number > p->names.count) number = p->names.count;
  int32_t *noted = (int32_t *)p->noted.items + number;
  if (*noted != NOT_NOTED) return *noted;
  const Name *name = (const Name *)p->names.items + number;
  File file = unknown;
  if (number < p->names.count && name->path) {
    const Name *directories = p->directories.items;
    file.name = name->path;
    if (name->directory < p->directories.count) file.directory = directories[name->directory].path;
  }
  if (!list_add(r, &r->files, &file)) return NOT_NOTED;
  return *noted = (int32_t)(r->files.count - 1);
}

/* The code from `row` up to `end` comes from the line of `row`. */
static int place(Program *p, const Row *row, uint64_t end) {
  Reader *r = p->reader;
  if (row->line == NO_LINE || end <= row->address) return OK;
  int32_t file = NOT_NOTED;
  for (size_t i = first_from(r, row->address); i < r->count && r->addresses[i] < end; i++) {
    if (file == NOT_NOTED && (file = note_file(p, row->file)) == NOT_NOTED) return DAMAGED;
    r->places[i].file = file;
    r->places[i].line = (int32_t)row->line;
    if (!is_affordable(r, 1)) return DAMAGED;
  }
  return OK;
}

/* One sequence of rows, by ascending address. */
typedef struct {
  Row state, last; /* `last`: the row before, NO_LINE for none */
  int has_begun, is_dropped;
} Sequence;

static const Row FIRST_STATE = {0, 1, 1};

static int add_row(Program *p, Sequence *s, int ends) {
  if (!s->has_begun) {
    s->is_dropped = is_dropped(s->state.address);
    s->has_begun = 1;
  }
  if (!s->is_dropped && !place(p, &s->last, s->state.address)) return DAMAGED;
  if (ends) {
    memset(s, 0, sizeof *s);
    s->state = FIRST_STATE;
  } else if (s->state.line != NO_LINE) { /* else what was before goes on */
    s->last = s->state;
  } else {
    s->last.address = s->state.address;
  }
  return OK;
}

static int run_extended(Program *p, Sequence *s, Cursor *c) {
  uint64_t length = read_uleb(c);
  const uint8_t *start = c->at;
  skip(c, length);
  if (c->bad || !length) return DAMAGED;
  Cursor operands = cursor_within(start + 1, c->at);
  if (*start == DW_LNE_end_sequence) return add_row(p, s, 1);
  if (*start == DW_LNE_set_address) s->state.address = read_number(&operands, 4);
  return !operands.bad;
}

static int run_standard(Program *p, Sequence *s, Cursor *c, unsigned opcode) {
  Row *state = &s->state;
  switch (opcode) {
    case DW_LNS_copy:
      return add_row(p, s, 0);
    case DW_LNS_advance_pc:
      state->address += read_uleb(c) * p->step;
      return OK;
    case DW_LNS_advance_line:
      state->line += read_sleb(c);
      return OK;
    case DW_LNS_set_file:
      state->file = read_uleb(c);
      return OK;
    case DW_LNS_const_add_pc:
      state->address += (uint64_t)((255 - p->opcode_base) / p->line_range) * p->step;
      return OK;
    case DW_LNS_fixed_advance_pc:
      state->address += read_number(c, 2);
      return OK;
    default: /* nothing that matters here */
      for (unsigned i = 0; i < p->operands[opcode - 1]; i++) read_uleb(c);
      return OK;
  }
}

static int run(Program *p) {
  Cursor *c = &p->code;
  Sequence s;
  memset(&s, 0, sizeof s);
  s.state = FIRST_STATE;
  while (c->at < c->end) {
    unsigned opcode = *c->at++;
    int good;
    if (opcode >= p->opcode_base) {
      unsigned special = opcode - p->opcode_base;
      s.state.address += (uint64_t)(special / p->line_range) * p->step;
      s.state.line += p->line_base + (int)(special % p->line_range);
      good = add_row(p, &s, 0);
    } else {
      good = opcode ? run_standard(p, &s, c, opcode) : run_extended(p, &s, c);
    }
    if (!good || c->bad || !is_affordable(p->reader, 1)) return DAMAGED;
  }
  return OK;
}

int read_lines(Reader *r, const Context *in, uint64_t offset) {
  Program p;
  memset(&p, 0, sizeof p);
  p.reader = r;
  p.in = *in;
  p.directories.item_bytes = p.names.item_bytes = sizeof(Name);
  p.noted.item_bytes = sizeof(int32_t);
  int good = read_header(&p, offset) && run(&p);
  free(p.directories.items);
  free(p.names.items);
  free(p.noted.items);
  return good;
}
