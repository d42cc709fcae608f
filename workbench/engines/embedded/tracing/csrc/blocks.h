/* The blocks that the core has executed, decoded once, and the edges between them. */
#ifndef WORKBENCH_BLOCKS_H
#define WORKBENCH_BLOCKS_H

#include <stdint.h>
#include <string.h>

#include "../../../csrc/code_cache.h"

enum { EDGES_IN_BLOCK = 2, RECENT_BLOCKS = 1 << 12 };

/* Purpose in recordings.py: what a recording is for; each has its own beginning */
enum { FOR_TRACE = 0, FOR_CYCLES = 1, PURPOSES = 2 };

typedef struct Block Block;
typedef struct Edge Edge;

/* Blocks and edges never move, so that pointers to them stay good. */
struct Block {
  uint32_t address, size, instructions, flags; /* in the order of State */
  const uint8_t *memory;                       /* where the host sees it, NULL if nowhere */
  int is_volatile;                             /* `memory` may differ from `code` by now */
  uint8_t *code;                               /* copy of the bytes that were decoded */
  const uint64_t *bases;            /* to be aligned, see base_registers.py; 0 ends them */
  uint64_t issued;                  /* while something records */
  CodePiece code_piece;             /* for the part's code cache */
  Block *successor[EDGES_IN_BLOCK]; /* the first edges from here */
  uint64_t taken[EDGES_IN_BLOCK];
  Edge *more_edges;
  uint64_t issued_before[PURPOSES]; /* the last cut of each */
  uint64_t taken_before[EDGES_IN_BLOCK][PURPOSES];
  Block *older;   /* block with the same address and size, other bytes */
  int32_t number; /* in a recording, -1: not in it */
};

/* How often `to` was executed right after another block. */
typedef struct {
  Block *to;
  uint64_t *taken, *before; /* `before` by purpose of the recording */
} EdgeCount;

struct Edge {
  Block *successor;
  Edge *next;
  uint64_t taken, before[PURPOSES];
};

/* Where memory can be seen by the host: [start, end) at host. */
typedef struct {
  uint64_t start, end;
  const uint8_t *host;
  int is_volatile;
} Range;

typedef struct {
  Block *recent[RECENT_BLOCKS]; /* by address, so that most look-ups are one load */
  Block **slots;                /* open addressing; the newest block of an (address, size) */
  uint32_t slot_mask;
  Block **chunks;
  int32_t count, chunk_count;
  Range *ranges;
  int32_t range_count;
  int out_of_memory;
} Blocks;

/* 0 if there is no memory for it. */
int blocks_create(Blocks *blocks);
void blocks_destroy(Blocks *blocks);

/* Forget every block. */
void blocks_clear(Blocks *blocks);

/* Begin a recording of a block, or go on with it behind what was taken from it. */
void block_cut(Block *block, int purpose);

/* From now on compare the bytes of blocks in these `size` bytes each time they are looked up. */
void blocks_distrust(Blocks *blocks, const uint8_t *memory, uint64_t size);

/* 0 if there is no memory for it. */
int blocks_add_range(Blocks *blocks, const Range *range);
const Range *blocks_range(const Blocks *blocks, uint32_t address, uint32_t size);

/* In the order in which they were first seen. */
Block *blocks_get(const Blocks *blocks, int32_t index);

/* Find a block that is not among the recent ones, or decode it; NULL if out of memory. */
Block *blocks_look_up(Blocks *blocks, uint32_t address, uint32_t size);

/* The counters of an edge; that of a scratch edge if out of memory. */
EdgeCount blocks_edge(Blocks *blocks, Block *from, Block *to);

/* The edge number `index` from a block; its `to` is NULL behind the last one. */
EdgeCount block_edge(Block *from, int index);

static inline int is_current(const Block *block) {
  return !block->is_volatile || !memcmp(block->memory, block->code, block->size);
}

static inline Block *blocks_find(Blocks *blocks, uint32_t address, uint32_t size) {
  Block *block = blocks->recent[address >> 1 & (RECENT_BLOCKS - 1)];
  if (block && block->address == address && block->size == size && is_current(block)) return block;
  return blocks_look_up(blocks, address, size);
}

#endif
