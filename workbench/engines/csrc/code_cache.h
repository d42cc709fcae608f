/* The part's code cache: which lines of code were executed last, and how often one was missing.
 *
 * The twin of CodeCache in code_cache.py, which says what everything means. It replaces the line
 * that was executed longest ago. Code is executed in pieces; while no line leaves the cache, a
 * piece that was seen in it is known to be there and only its time is noted. What the lines of such
 * pieces were last used at is caught up with before a line leaves.
 */
#ifndef WORKBENCH_CODE_CACHE_H
#define WORKBENCH_CODE_CACHE_H

#include <stddef.h>
#include <stdint.h>

/* Lines never move. Each generation is that of the last recording or count that has seen it. */
typedef struct {
  uint64_t used;
  uint32_t number; /* address / bytes of a line */
  int32_t slot;    /* NOT_CACHED, or where it is in the cache */
  uint32_t recorded, counted;
} CodeLine;

enum { NOT_CACHED = -1 };
enum { IN_SEQUENCE = 0, BY_JUMP = 1, WAYS = 2 };

/* Code at [address, address + size), of which only lines in flash count. */
typedef struct {
  uint64_t used;
  uint64_t epoch; /* all its lines are in the cache as long as this is the cache's */
  int32_t count;  /* of lines; 0 where there are none, or none are known yet */
  uint32_t address, size;
  CodeLine **lines;
  uint64_t (*misses)[WAYS]; /* of each line while recording; NULL before the first */
} CodePiece;

/* A line of `piece` that was executed for the first time in a recording. */
typedef struct {
  CodePiece *piece;
  int32_t index;
  int way;
} FirstUse;

typedef struct {
  uint32_t start, end;
} CodeRange;

typedef struct {
  uint32_t capacity, line_shift; /* lines, 0: the part has no such cache; log2 of bytes of a line */
  CodeRange *flash;
  int32_t flash_count;
  CodeLine **slots; /* the lines in the cache */
  uint64_t *times;  /* their `used`, side by side */
  uint32_t cached;
  uint64_t now;
  uint64_t epoch;     /* 0 where there is no cache: then all pieces are in it */
  CodePiece **active; /* used since the epoch began */
  int32_t active_count, active_room;
  CodeLine **known; /* open addressing, by number */
  uint32_t known_mask, known_count;
  int recording, counting, count_begins; /* the count has seen no line yet */
  uint32_t generation, counted_generation;
  FirstUse *firsts; /* the first `capacity` ones of the recording */
  uint32_t first_count;
  uint64_t counted[WAYS]; /* misses while counting */
  int out_of_memory;
} CodeCache;

/* A cache of `capacity` lines of 1 << line_shift bytes; 0 if there is no memory for it. */
int code_cache_create(CodeCache *cache, uint32_t capacity, uint32_t line_shift);
void code_cache_destroy(CodeCache *cache);
int code_cache_add_flash(CodeCache *cache, uint32_t start, uint32_t end);

void code_piece_clear(CodePiece *piece);
void code_piece_forget_misses(CodePiece *piece);

/* Begin a recording, before which no line was executed; or end it. */
void code_cache_record(CodeCache *cache, int on);

/* Count from now on, beginning with nothing in the cache; or stop. */
void code_cache_count(CodeCache *cache, int on);

/* Forget all pieces, but no line. */
void code_cache_forget_pieces(CodeCache *cache);

/* Put the numbers of the lines in the cache that a recording, or the count, has seen into
 * `numbers`, the one used last first; return how many. There is room for `capacity`. */
uint32_t code_cache_contents(CodeCache *cache, int of_count, uint32_t *numbers);

/* The count goes on with these lines in the cache, the one used last first. */
void code_cache_restore(CodeCache *cache, const uint32_t *numbers, uint32_t count);

/* Look for the lines of `piece`, which was executed right after code that ends at `end`. */
void code_cache_look_up(CodeCache *cache, CodePiece *piece, uint32_t end);

/* Note that `piece` was executed. Where this is 0, look it up. */
static inline int code_cache_use(CodeCache *cache, CodePiece *piece) {
  piece->used = ++cache->now;
  return piece->epoch == cache->epoch;
}

static inline uint32_t code_piece_end(const CodePiece *piece) {
  return piece->address + piece->size;
}

#endif
