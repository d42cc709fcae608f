#include "blocks.h"

#include <stdlib.h>

#include "thumb.h"

enum { FIRST_SLOTS = 1 << 12, CHUNK = 1024 };

Block *blocks_get(const Blocks *b, int32_t index) {
  return &b->chunks[index / CHUNK][index % CHUNK];
}

const Range *blocks_range(const Blocks *b, uint32_t address, uint32_t size) {
  for (int32_t i = 0; i < b->range_count; i++) {
    const Range *r = &b->ranges[i];
    if (address >= r->start && (uint64_t)address + size <= r->end) return r;
  }
  return NULL;
}

/* Return the slot of (address, size), or the free slot where it belongs. */
static Block **find_slot(const Blocks *b, uint32_t address, uint32_t size) {
  uint32_t i = ((address >> 1 ^ size << 16) * 2654435761u) >> 8 & b->slot_mask;
  for (;; i = (i + 1) & b->slot_mask) {
    const Block *block = b->slots[i];
    if (!block || (block->address == address && block->size == size)) return &b->slots[i];
  }
}

static int grow_slots(Blocks *b, uint32_t count) {
  Block **old = b->slots;
  uint32_t old_count = old ? b->slot_mask + 1 : 0;
  Block **slots = calloc(count, sizeof *slots);
  if (!slots) return 0;
  b->slots = slots;
  b->slot_mask = count - 1;
  for (uint32_t i = 0; i < old_count; i++)
    if (old[i]) *find_slot(b, old[i]->address, old[i]->size) = old[i];
  free(old);
  return 1;
}

static Block *new_block(Blocks *b) {
  if (b->count == b->chunk_count * CHUNK) {
    Block **chunks = realloc(b->chunks, (b->chunk_count + 1) * sizeof *chunks);
    if (!chunks) return NULL;
    b->chunks = chunks;
    b->chunks[b->chunk_count] = malloc(CHUNK * sizeof(Block));
    if (!b->chunks[b->chunk_count]) return NULL;
    b->chunk_count++;
  }
  Block *block = blocks_get(b, b->count);
  memset(block, 0, sizeof *block);
  return block;
}

/* Decode a block that was not seen before; `older` is the one it replaces, or NULL. */
static Block *add_block(Blocks *b, uint32_t address, uint32_t size, Block *older) {
  if ((uint32_t)b->count * 2 >= b->slot_mask && !grow_slots(b, 2 * (b->slot_mask + 1))) return NULL;
  Block *block = new_block(b);
  if (!block) return NULL;
  block->address = address;
  block->size = size;
  block->code_piece = (CodePiece){.address = address, .size = size};
  block->older = older;
  block->code = calloc(size ? size : 1, 1);
  if (!block->code) return NULL;
  const Range *range = blocks_range(b, address, size);
  if (range) {
    block->memory = range->host + (address - range->start);
    block->is_volatile = range->is_volatile;
    memcpy(block->code, block->memory, size);
  }
  block->flags = scan(block->code, size, &block->instructions);
  *find_slot(b, address, size) = block;
  b->count++;
  return block;
}

/* The bytes differ from those of the newest block: take an older one that fits, or a new one. */
static Block *other_version(Blocks *b, uint32_t address, uint32_t size, Block *newest) {
  Block *newer = NULL;
  for (Block *block = newest; block; newer = block, block = block->older) {
    if (!is_current(block)) continue;
    if (newer) { /* move it to the front of the list */
      newer->older = block->older;
      block->older = newest;
      *find_slot(b, address, size) = block;
    }
    return block;
  }
  return add_block(b, address, size, newest);
}

Block *blocks_look_up(Blocks *b, uint32_t address, uint32_t size) {
  Block *block = *find_slot(b, address, size);
  if (!block || !is_current(block)) block = other_version(b, address, size, block);
  if (block)
    b->recent[address >> 1 & (RECENT_BLOCKS - 1)] = block;
  else
    b->out_of_memory = 1;
  return block;
}

EdgeCount block_edge(Block *from, int index) {
  if (index < EDGES_IN_BLOCK)
    return (EdgeCount){from->successor[index], &from->taken[index], from->taken_before[index]};
  Edge *edge = from->more_edges;
  while (edge && index-- > EDGES_IN_BLOCK) edge = edge->next;
  return edge ? (EdgeCount){edge->successor, &edge->taken, edge->before} : (EdgeCount){0};
}

EdgeCount blocks_edge(Blocks *b, Block *from, Block *to) {
  for (int i = 0; i < EDGES_IN_BLOCK; i++) {
    if (!from->successor[i]) from->successor[i] = to;
    if (from->successor[i] == to) return block_edge(from, i);
  }
  Edge *edge = from->more_edges;
  while (edge && edge->successor != to) edge = edge->next;
  if (!edge && (edge = calloc(1, sizeof *edge))) {
    edge->successor = to;
    edge->next = from->more_edges;
    from->more_edges = edge;
  }
  static Edge nowhere;
  if (!edge) b->out_of_memory = 1;
  if (!edge) edge = &nowhere;
  return (EdgeCount){to, &edge->taken, edge->before};
}

int blocks_create(Blocks *b) { return grow_slots(b, FIRST_SLOTS); }

int blocks_add_range(Blocks *b, const Range *range) {
  Range *ranges = realloc(b->ranges, (b->range_count + 1) * sizeof *ranges);
  if (!ranges) return 0;
  b->ranges = ranges;
  ranges[b->range_count++] = *range;
  return 1;
}

void blocks_distrust(Blocks *b, const uint8_t *memory, uint64_t size) {
  for (int32_t i = 0; i < b->count; i++) {
    Block *block = blocks_get(b, i);
    if (block->memory && block->memory < memory + size && memory < block->memory + block->size)
      block->is_volatile = 1;
  }
}

void block_cut(Block *block, int purpose) {
  block->issued_before[purpose] = block->issued;
  for (int i = 0; i < EDGES_IN_BLOCK; i++) block->taken_before[i][purpose] = block->taken[i];
  for (Edge *edge = block->more_edges; edge; edge = edge->next) edge->before[purpose] = edge->taken;
}

static void clear_block(Block *block) {
  code_piece_clear(&block->code_piece);
  free(block->code);
  free((void *)block->bases);
  while (block->more_edges) {
    Edge *edge = block->more_edges;
    block->more_edges = edge->next;
    free(edge);
  }
}

void blocks_clear(Blocks *b) {
  for (int32_t i = 0; i < b->count; i++) clear_block(blocks_get(b, i));
  b->count = 0;
  memset(b->slots, 0, (b->slot_mask + 1) * sizeof *b->slots);
  memset(b->recent, 0, sizeof b->recent);
}

void blocks_destroy(Blocks *b) {
  if (b->slots) blocks_clear(b);
  for (int32_t i = 0; i < b->chunk_count; i++) free(b->chunks[i]);
  free(b->chunks);
  free(b->slots);
  free(b->ranges);
}
