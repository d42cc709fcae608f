#include "code_cache.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_KNOWN = 1 << 8, FIRST_ACTIVE = 1 << 8 };
enum { ORDER_BITS = 12 }; /* of a line's time: which of the lines of a piece, at most a page */

static CodeLine **find(CodeLine **known, uint32_t mask, uint32_t number) {
  uint32_t i = number * 2654435761u >> 8 & mask;
  while (known[i] && known[i]->number != number) i = (i + 1) & mask;
  return &known[i];
}

static int grow(CodeCache *c, uint32_t count) {
  CodeLine **known = calloc(count, sizeof *known);
  if (!known) return 0;
  for (uint32_t i = 0; c->known && i <= c->known_mask; i++)
    if (c->known[i]) *find(known, count - 1, c->known[i]->number) = c->known[i];
  free(c->known);
  c->known = known;
  c->known_mask = count - 1;
  return 1;
}

static CodeLine *line_of(CodeCache *c, uint32_t number) {
  if (c->known_count * 2 > c->known_mask && !grow(c, 2 * (c->known_mask + 1))) return NULL;
  CodeLine **line = find(c->known, c->known_mask, number);
  if (*line) return *line;
  *line = calloc(1, sizeof **line);
  if (!*line) return NULL;
  (*line)->number = number;
  (*line)->slot = NOT_CACHED;
  c->known_count++;
  return *line;
}

static int is_flash(const CodeCache *c, uint32_t address) {
  for (int32_t i = 0; i < c->flash_count; i++)
    if (address >= c->flash[i].start && address < c->flash[i].end) return 1;
  return 0;
}

static int resolve(CodeCache *c, CodePiece *piece) {
  if (piece->lines || !piece->size || !is_flash(c, piece->address)) return 1;
  uint32_t first = piece->address >> c->line_shift;
  uint32_t count = ((piece->address + piece->size - 1) >> c->line_shift) - first + 1;
  piece->lines = calloc(count, sizeof *piece->lines);
  if (!piece->lines) return 0;
  for (uint32_t i = 0; i < count; i++)
    if (!(piece->lines[i] = line_of(c, first + i))) return 0;
  piece->count = (int32_t)count;
  return 1;
}

static void stamp(CodeCache *c, CodeLine *line, uint64_t used) {
  if (used <= line->used) return;
  line->used = used;
  if (line->slot != NOT_CACHED) c->times[line->slot] = used;
}

/* Let the lines of the active pieces know when they were used. */
static void catch_up(CodeCache *c) {
  for (int32_t i = 0; i < c->active_count; i++) {
    const CodePiece *piece = c->active[i];
    for (int32_t n = 0; n < piece->count; n++)
      stamp(c, piece->lines[n], piece->used << ORDER_BITS | (uint64_t)n);
  }
}

static void begin_epoch(CodeCache *c) {
  catch_up(c);
  c->active_count = 0;
  c->epoch++;
}

static void activate(CodeCache *c, CodePiece *piece) {
  if (c->active_count == c->active_room) {
    int32_t room = c->active_room ? 2 * c->active_room : FIRST_ACTIVE;
    CodePiece **active = realloc(c->active, (size_t)room * sizeof *active);
    if (!active) {
      c->out_of_memory = 1;
      return;
    }
    c->active = active;
    c->active_room = room;
  }
  c->active[c->active_count++] = piece;
  piece->epoch = c->epoch;
}

/* Put a line into the cache, in the place of the one that was used longest ago if it is full. */
static void enter(CodeCache *c, CodeLine *line) {
  uint32_t slot = c->cached;
  if (slot < c->capacity) {
    c->cached++;
  } else {
    begin_epoch(c);
    slot = 0;
    for (uint32_t i = 1; i < c->capacity; i++)
      if (c->times[i] < c->times[slot]) slot = i;
    c->slots[slot]->slot = NOT_CACHED;
  }
  c->slots[slot] = line;
  c->times[slot] = line->used;
  line->slot = (int32_t)slot;
}

static void note_miss(CodeCache *c, CodePiece *piece, int32_t index, int way) {
  if (!piece->misses) piece->misses = calloc((size_t)piece->count, sizeof *piece->misses);
  if (piece->misses)
    piece->misses[index][way]++;
  else
    c->out_of_memory = 1;
}

static void record(CodeCache *c, CodePiece *piece, int32_t index, int way, int missing) {
  CodeLine *line = piece->lines[index];
  if (!c->first_count) way = BY_JUMP; /* whatever was before the recording */
  int is_first = line->recorded != c->generation;
  line->recorded = c->generation;
  if (is_first && c->first_count < c->capacity)
    c->firsts[c->first_count++] = (FirstUse){piece, index, way};
  else if (is_first || missing)
    note_miss(c, piece, index, way);
}

static void count_line(CodeCache *c, CodeLine *line, int way, int missing) {
  if (c->count_begins) way = BY_JUMP;
  c->count_begins = 0;
  if (missing || line->counted != c->counted_generation) c->counted[way]++;
  line->counted = c->counted_generation;
}

void code_cache_look_up(CodeCache *c, CodePiece *piece, uint32_t end) {
  if (!resolve(c, piece)) c->out_of_memory = 1;
  for (int32_t i = 0; i < piece->count; i++) {
    CodeLine *line = piece->lines[i];
    int missing = line->slot == NOT_CACHED;
    int way = i || end == piece->address ? IN_SEQUENCE : BY_JUMP;
    stamp(c, line, piece->used << ORDER_BITS | (uint64_t)i);
    if (missing) enter(c, line);
    if (c->recording) record(c, piece, i, way, missing);
    if (c->counting) count_line(c, line, way, missing);
  }
  /* A longer piece pushes its own lines out. */
  if ((uint32_t)piece->count <= c->capacity) activate(c, piece);
}

int code_cache_create(CodeCache *c, uint32_t capacity, uint32_t line_shift) {
  c->capacity = capacity;
  c->line_shift = line_shift;
  c->epoch = c->counted_generation = 1; /* none of what was never looked up */
  c->slots = calloc(capacity, sizeof *c->slots);
  c->times = calloc(capacity, sizeof *c->times);
  c->firsts = calloc(capacity, sizeof *c->firsts);
  return c->slots && c->times && c->firsts && grow(c, FIRST_KNOWN);
}

void code_cache_destroy(CodeCache *c) {
  for (uint32_t i = 0; c->known && i <= c->known_mask; i++) free(c->known[i]);
  free(c->known);
  free(c->flash);
  free(c->slots);
  free(c->times);
  free(c->firsts);
  free(c->active);
}

int code_cache_add_flash(CodeCache *c, uint32_t start, uint32_t end) {
  CodeRange *flash = realloc(c->flash, (size_t)(c->flash_count + 1) * sizeof *flash);
  if (!flash) return 0;
  c->flash = flash;
  flash[c->flash_count++] = (CodeRange){start, end};
  return 1;
}

void code_piece_clear(CodePiece *piece) {
  free(piece->lines);
  free(piece->misses);
  piece->lines = NULL;
  piece->misses = NULL;
  piece->count = 0;
  piece->epoch = 0;
}

void code_piece_forget_misses(CodePiece *piece) {
  if (piece->misses) memset(piece->misses, 0, (size_t)piece->count * sizeof *piece->misses);
}

void code_cache_record(CodeCache *c, int on) {
  c->recording = on;
  if (!on) return;
  begin_epoch(c);
  c->generation++;
  c->first_count = 0;
}

void code_cache_count(CodeCache *c, int on) {
  c->counting = on;
  c->counted_generation++;
  if (!on) return;
  begin_epoch(c);
  c->count_begins = 1;
}

void code_cache_forget_pieces(CodeCache *c) { begin_epoch(c); }

static int later_first(const void *one, const void *other) {
  uint64_t a = (*(CodeLine *const *)one)->used, b = (*(CodeLine *const *)other)->used;
  return a < b ? 1 : a > b ? -1 : 0;
}

uint32_t code_cache_contents(CodeCache *c, int of_count, uint32_t *numbers) {
  uint32_t count = 0;
  CodeLine **sorted = malloc((c->cached + 1) * sizeof *sorted);
  if (!sorted) {
    c->out_of_memory = 1;
    return 0;
  }
  catch_up(c);
  for (uint32_t i = 0; i < c->cached; i++) {
    CodeLine *line = c->slots[i];
    int seen = of_count ? line->counted == c->counted_generation : line->recorded == c->generation;
    if (seen) sorted[count++] = line;
  }
  qsort(sorted, count, sizeof *sorted, later_first);
  for (uint32_t i = 0; i < count; i++) numbers[i] = sorted[i]->number;
  free(sorted);
  return count;
}

void code_cache_restore(CodeCache *c, const uint32_t *numbers, uint32_t count) {
  begin_epoch(c);
  c->counted_generation++;
  c->count_begins = !count;
  for (uint32_t i = count; i-- > 0;) {
    CodeLine *line = line_of(c, numbers[i]);
    if (!line) {
      c->out_of_memory = 1;
      return;
    }
    stamp(c, line, ++c->now << ORDER_BITS);
    if (line->slot == NOT_CACHED) enter(c, line);
    line->counted = c->counted_generation;
  }
}
