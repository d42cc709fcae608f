#include "tracer.h"

#include <stdlib.h>

#include "thumb.h"

/* An edge from a block before the recordings that begin now is not theirs. */
static void leave_out(Tracer *t, EdgeCount edge) {
  for (int purpose = 0; purpose < PURPOSES; purpose++)
    if (t->left_out & 1 << purpose) edge.before[purpose]++;
  t->left_out = 0;
}

static void record_edge(Tracer *t, Block *from, Block *to) {
  EdgeCount edge = blocks_edge(&t->blocks, from, to);
  ++*edge.taken;
  if (t->left_out) leave_out(t, edge);
}

static void look_up_last(Tracer *t) {
  const Block *before = t->before_last;
  uint32_t end = before ? code_piece_end(&before->code_piece) : 0;
  code_cache_look_up(&t->cache, &t->last->code_piece, end);
}

static inline void note_last(Tracer *t) {
  if (!code_cache_use(&t->cache, &t->last->code_piece)) look_up_last(t);
}

static inline void record(Tracer *t, Block *block) {
  Block *last = t->last;
  block->issued++;
  if (last) {
    if (last->successor[0] == block)
      last->taken[0]++;
    else if (last->successor[1] == block)
      last->taken[1]++;
    else
      record_edge(t, last, block);
    note_last(t);
    t->before_last = last;
  } else {
    if (t->from) record_edge(t, t->from, block);
    t->before_last = t->from;
  }
  t->last = block;
}

static void note(State *s, uint32_t flags) {
  if (flags & FLAG_SEV) s->event = 1;
  if (flags & FLAG_EXCLUSIVE) s->exclusive = 1;
}

static inline void issue(Tracer *t, Block *block) {
  State *s = &t->state;
  s->count += block->instructions;
  memcpy(&s->address, &block->address, 4 * sizeof(uint32_t));
  if (block->flags & (FLAG_SEV | FLAG_EXCLUSIVE)) note(s, block->flags);
  if (t->recording) record(t, block);
}

static uint32_t value_of(const Tracer *t, void *uc, uint32_t number) {
  uint32_t value = 0;
  int id = number == 14 ? t->link_register : t->first_register + (int)number;
  t->read_register(uc, id, &value);
  return value;
}

/* The two lowest bits of an Expression of base_registers.py. */
static uint32_t low_bits(const Tracer *t, void *uc, uint64_t base) {
  uint32_t sum = (uint32_t)(base >> 32), registers = (uint32_t)base;
  for (uint32_t number = 0; registers; number++, registers >>= 2)
    if (registers & 3) sum += (registers & 3) * value_of(t, uc, number);
  return sum & 3;
}

static int has_unaligned_base(const Tracer *t, void *uc, const uint64_t *bases) {
  while (*bases)
    if (low_bits(t, uc, *bases++)) return 1;
  return 0;
}

/* settle_basepri() in tracer.py */
static void settle_basepri(Tracer *t, void *uc) {
  State *s = &t->state;
  uint32_t written = 0;
  t->read_register(uc, t->basepri, &written);
  uint32_t held = written & s->priority_mask;
  if (s->flags & FLAG_BASEPRI_MAX && !held) held = s->basepri;
  s->basepri = held;
  if (held != written) t->write_register(uc, t->basepri, &held);
}

static void align_stack(const Tracer *t, void *uc, int stack) {
  uint32_t written = 0;
  t->read_register(uc, stack, &written);
  uint32_t held = written & ~3u;
  if (held != written) t->write_register(uc, stack, &held);
}

static int ends_behind_last(Tracer *t, void *uc) {
  const uint32_t basepri = FLAG_BASEPRI | FLAG_BASEPRI_MAX;
  State *s = &t->state;
  if (s->flags & basepri) settle_basepri(t, uc);
  if (s->flags & FLAG_STACK) {
    align_stack(t, uc, t->main_stack);
    align_stack(t, uc, t->process_stack);
  }
  return (s->flags & s->stop_after & ~(basepri | FLAG_STACK)) != 0;
}

static uint32_t why_to_stop(Tracer *t, void *uc, const Block *block) {
  const State *s = &t->state;
  if (!block) return CAUSE_FAILED;
  if (s->flags & s->stop_after && ends_behind_last(t, uc)) return CAUSE_AFTER;
  if (s->count >= s->deadline) return CAUSE_DEADLINE;
  if (block->flags & s->stop_before) return CAUSE_BEFORE;
  if (s->count + block->instructions > s->limit) return CAUSE_LIMIT;
  if (!block->bases || !(s->stop_before & FLAG_MULTIPLE)) return 0;
  return has_unaligned_base(t, uc, block->bases) ? CAUSE_BASE : 0;
}

void tracer_on_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  State *s = &t->state;
  Block *block = blocks_find(&t->blocks, (uint32_t)address, size);
  uint32_t cause = why_to_stop(t, uc, block);
  if (!cause) {
    issue(t, block);
    return;
  }
  s->cause = cause;
  s->refused_size = size;
  s->refused_flags = block ? block->flags : 0;
  t->stop(uc);
}

static uint32_t why_to_trap(const Tracer *t, void *uc, uint32_t first, uint32_t second) {
  uint32_t flags = flags_of(first, second) & t->state.stop_before;
  if (flags & FLAG_DIVIDE) return value_of(t, uc, second & 0xF) ? 0 : CAUSE_DIVIDE;
  if (!(flags & FLAG_MULTIPLE)) return 0;
  return value_of(t, uc, base_register(first)) & 3 ? CAUSE_UNALIGNED : 0;
}

void tracer_on_inspected(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  const Range *range = blocks_range(&t->blocks, (uint32_t)address, size);
  if (!range) return;
  const uint8_t *code = range->host + (address - range->start);
  uint32_t second = size == 4 ? halfword(code + 2) : 0;
  uint32_t cause = why_to_trap(t, uc, halfword(code), second);
  if (!cause) return;
  t->state.cause = cause;
  t->stop(uc);
}

/* What a recording has been cut behind stays in it, and is left out of what comes next. */
static int is_cut(uint64_t *before, uint64_t now) {
  int after = *before > now;
  if (after) *before = now;
  return after;
}

static void take_back(Tracer *t) {
  State *s = &t->state;
  s->count -= s->instructions;
  if (!t->recording || !t->last) return;
  Block *last = t->last;
  last->issued--;
  for (int purpose = 0; purpose < PURPOSES; purpose++)
    if (is_cut(&last->issued_before[purpose], last->issued)) t->behind[purpose] = t->before_last;
  if (t->before_last) {
    EdgeCount edge = blocks_edge(&t->blocks, t->before_last, last);
    --*edge.taken;
    for (int purpose = 0; purpose < PURPOSES; purpose++)
      if (is_cut(&edge.before[purpose], *edge.taken)) t->left_out |= 1 << purpose;
  }
  t->from = t->before_last;
  t->last = NULL;
}

void tracer_settle(Tracer *t) {
  if (!t->last) return;
  note_last(t);
  t->from = t->last;
  t->last = NULL;
}

static void follow_cache(Tracer *t, int purpose, int on) {
  if (!t->cache.capacity) return;
  if (purpose == FOR_TRACE)
    code_cache_record(&t->cache, on);
  else
    code_cache_count(&t->cache, on);
}

static void begin(Tracer *t, int purpose) {
  for (int32_t i = 0; i < t->blocks.count; i++) {
    Block *block = blocks_get(&t->blocks, i);
    block_cut(block, purpose);
    if (purpose == FOR_TRACE) code_piece_forget_misses(&block->code_piece);
  }
  t->behind[purpose] = tracer_behind(t);
}

static int is_left(Block *block, int purpose) {
  EdgeCount edge;
  for (int i = 0; (edge = block_edge(block, i)).to; i++)
    if (*edge.taken != edge.before[purpose]) return 1;
  return 0;
}

int in_recording(const Tracer *t, Block *block, int purpose) {
  if (block->issued != block->issued_before[purpose]) return 1;
  return block == t->behind[purpose] && is_left(block, purpose);
}

static void keep(Tracer *t, int purpose, int open) {
  t->open[purpose] = open;
  t->recording = t->open[FOR_TRACE] || t->open[FOR_CYCLES];
  follow_cache(t, purpose, open);
}

void tracer_start(Tracer *t, int purpose) {
  if (t->recording)
    tracer_settle(t);
  else
    t->from = t->last = NULL;
  if (purpose == FOR_TRACE) t->taken = 0;
  begin(t, purpose);
  t->left_out = t->from ? t->left_out | 1 << purpose : 0;
  keep(t, purpose, 1);
}

void tracer_stop(Tracer *t, int purpose) {
  tracer_settle(t);
  keep(t, purpose, 0);
}

/* The machine is another one now, which has executed the block in its state last. */
void tracer_resume(Tracer *t, const uint32_t *lines, uint32_t count) {
  State *s = &t->state;
  tracer_settle(t);
  if (t->cache.capacity) code_cache_restore(&t->cache, lines, count);
  if (!t->recording) return;
  t->from = s->size ? blocks_find(&t->blocks, s->address, s->size) : NULL;
  t->left_out = t->from ? 1 << FOR_TRACE : 0;
  begin(t, FOR_CYCLES);
}

void tracer_issue(Tracer *t, uint32_t address, uint32_t size) {
  Block *block = blocks_find(&t->blocks, address, size);
  if (block) issue(t, block);
}

void tracer_accept(Tracer *t, uint32_t address, uint32_t size, uint32_t flags, uint64_t *bases) {
  Block *block = blocks_find(&t->blocks, address, size);
  if (!block) {
    free(bases);
    return;
  }
  block->flags &= ~flags;
  if (!(flags & FLAG_MULTIPLE)) return;
  free((void *)block->bases);
  block->bases = bases;
}

void tracer_truncate(Tracer *t, uint32_t size) {
  State *s = &t->state;
  if (size >= s->size) return;
  take_back(t);
  if (size)
    tracer_issue(t, s->address, size);
  else
    s->size = s->instructions = s->flags = 0;
}

void tracer_change(Tracer *t, uint32_t address, uint32_t size) {
  const Range *range = blocks_range(&t->blocks, address, size);
  if (range) blocks_distrust(&t->blocks, range->host + (address - range->start), size);
}

void tracer_forget(Tracer *t) {
  if (t->recording) { /* what was recorded must stay */
    for (int32_t i = 0; i < t->blocks.range_count; i++) {
      const Range *range = &t->blocks.ranges[i];
      blocks_distrust(&t->blocks, range->host, range->end - range->start);
    }
    return;
  }
  if (t->cache.capacity) code_cache_forget_pieces(&t->cache);
  blocks_clear(&t->blocks);
  t->last = t->from = NULL;
}
