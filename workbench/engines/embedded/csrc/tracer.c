#include "tracer.h"

#include "thumb.h"

static void record(Tracer *t, Block *block) {
  block->issued++;
  if (t->last) {
    uint64_t *counter = blocks_edge(&t->blocks, t->last, block);
    if (counter) ++*counter;
  }
  t->before_last = t->last;
  t->last = block;
}

static void count_cycles(Tracer *t, Block *block) {
  Block *before = t->timed_last;
  block->counted++;
  t->timed_jump = before && before->address + before->size != block->address;
  if (t->timed_jump) {
    before->jumps_out++;
    block->jumps_in++;
  }
  t->timed_before = before;
  t->timed_last = block;
}

static void take_back_cycles(Tracer *t) {
  t->timed_last->counted--;
  if (t->timed_jump) {
    t->timed_before->jumps_out--;
    t->timed_last->jumps_in--;
  }
  t->timed_last = t->timed_before;
}

static inline void issue(Tracer *t, Block *block) {
  State *s = &t->state;
  s->count += block->instructions;
  memcpy(&s->address, &block->address, 4 * sizeof(uint32_t));
  if (block->flags & FLAG_SEV) s->event = 1;
  if (t->recording) record(t, block);
  if (t->counting) count_cycles(t, block);
  if (t->following) code_cache_use(&t->cache, &block->code_piece);
}

static uint32_t why_to_stop(const State *s, const Block *block) {
  if (!block) return CAUSE_FAILED;
  if (s->flags & s->stop_after) return CAUSE_AFTER;
  if (s->count >= s->deadline) return CAUSE_DEADLINE;
  if (block->flags & s->stop_before) return CAUSE_BEFORE;
  return s->count + block->instructions > s->limit ? CAUSE_LIMIT : 0;
}

void tracer_on_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  State *s = &t->state;
  Block *block = blocks_find(&t->blocks, (uint32_t)address, size);
  uint32_t cause = why_to_stop(s, block);
  if (!cause) {
    issue(t, block);
    return;
  }
  s->cause = cause;
  s->refused_size = size;
  s->refused_flags = block ? block->flags : 0;
  t->stop(uc);
}

static uint32_t value_of(Tracer *t, void *uc, uint32_t number) {
  uint32_t value = 0;
  int id = number == 14 ? t->link_register : t->first_register + (int)number;
  t->read_register(uc, id, &value);
  return value;
}

static uint32_t why_to_trap(Tracer *t, void *uc, uint32_t address, uint32_t first,
                            uint32_t second) {
  uint32_t flags = flags_of(first, second) & t->state.stop_before;
  if (flags & FLAG_DIVIDE) return value_of(t, uc, second & 0xF) ? 0 : CAUSE_DIVIDE;
  if (!(flags & FLAG_MULTIPLE)) return 0;
  if (value_of(t, uc, base_register(first)) & 3) return CAUSE_UNALIGNED;
  uint16_t *checks = &t->checks[address >> 1 & (CHECK_SLOTS - 1)];
  if (++*checks < CHECKS) return 0;
  *checks = 0;
  State *s = &t->state;
  if (s->checked < MOST_CHECKED) t->checked[s->checked++] = address;
  s->deadline = 0;
  return 0;
}

void tracer_on_inspected(void *uc, uint64_t address, uint32_t size, void *user_data) {
  Tracer *t = user_data;
  const Range *range = blocks_range(&t->blocks, (uint32_t)address, size);
  if (!range) return;
  const uint8_t *code = range->host + (address - range->start);
  uint32_t second = size == 4 ? halfword(code + 2) : 0;
  uint32_t cause = why_to_trap(t, uc, (uint32_t)address, halfword(code), second);
  if (!cause) return;
  t->state.cause = cause;
  t->stop(uc);
}

static void take_back(Tracer *t) {
  State *s = &t->state;
  s->count -= s->instructions;
  if (t->counting && t->timed_last) take_back_cycles(t);
  code_cache_take_back(&t->cache);
  if (!t->recording || !t->last) return;
  t->last->issued--;
  if (t->before_last) {
    uint64_t *counter = blocks_edge(&t->blocks, t->before_last, t->last);
    if (counter) --*counter;
  }
  t->last = t->before_last;
}

static void follow(Tracer *t) { t->following = t->cache.capacity && (t->recording || t->counting); }

void tracer_start(Tracer *t) {
  blocks_clear_recording(&t->blocks);
  t->last = t->before_last = NULL;
  t->recording = 1;
  t->taken = 0;
  if (t->cache.capacity) code_cache_record(&t->cache, 1);
  follow(t);
}

void tracer_stop(Tracer *t) {
  t->recording = 0;
  if (t->cache.capacity) code_cache_record(&t->cache, 0);
  follow(t);
}

void tracer_count(Tracer *t, int on) {
  t->counting = on;
  t->timed_last = t->timed_before = NULL;
  if (t->cache.capacity) code_cache_count(&t->cache, on);
  follow(t);
}

void tracer_issue(Tracer *t, uint32_t address, uint32_t size) {
  Block *block = blocks_find(&t->blocks, address, size);
  if (block) issue(t, block);
}

void tracer_accept(Tracer *t, uint32_t address, uint32_t size, uint32_t flags) {
  Block *block = blocks_find(&t->blocks, address, size);
  if (block) block->flags &= ~flags;
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

void tracer_forget(Tracer *t) {
  if (t->recording || t->counting) { /* what was recorded or counted must stay */
    blocks_distrust(&t->blocks);
    return;
  }
  if (t->cache.capacity) code_cache_forget_pieces(&t->cache);
  blocks_clear(&t->blocks);
  t->last = t->before_last = t->timed_last = t->timed_before = NULL;
}
